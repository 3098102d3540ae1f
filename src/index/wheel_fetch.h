// WheelFetch: brings whole wheels into the cache, or finds them on disk, and checks what was announced about them.
//
// A download grows in `<wheels>/<name>/<digest>/<file>.part` and gets its name when it is complete and every hash and
// the size are right; what a killed command left is resumed (net::Client). A complete file that is already there is
// hashed again before it is used.
#pragma once

#include "base/result.h"
#include "index/project_search.h"
#include "index/registry.h"

#include <functional>
#include <memory>
#include <string>

namespace package_index {

class WheelFetch {
  public:
    using Deliver = std::move_only_function<void(base::Result<WheelFile>)>;
    using Progress = std::function<void(const DistributionFile&, std::uint64_t)>;

    explicit WheelFetch(RegistryContext& context) : context_(context) {}

    // Waits for all downloads.
    ~WheelFetch() { activity_.wait_until_idle(); }

    // Starts at once. `deliver` is called on a pool thread; before that, `progress` on the event thread.
    void start(const DistributionFile& file, Deliver deliver, Progress progress = {});

  private:
    struct Job;
    using JobPointer = std::shared_ptr<Job>;

    void begin(const JobPointer& job);
    void download(const JobPointer& job);
    void finish(const JobPointer& job, base::Result<WheelFile> wheel);

    RegistryContext& context_;
    Activity activity_;
};

// 32 hex digits that stand for one content (or, without a known SHA-256, for one URL) in cache paths.
std::string content_key(const DistributionFile& file);

// Hashes a file on disk and compares it with all that was announced.
base::Result<WheelFile> check_wheel(const DistributionFile& file, const std::string& path);

}  // namespace package_index
