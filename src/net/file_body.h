// FileBody: an answer that goes to disk: continues a part, checks sizes and hashes while the bytes come.
#pragma once

#include "net/body.h"
#include "net/client.h"
#include "net/part_file.h"

#include <functional>

namespace net {

class FileBody final : public Body {
  public:
    FileBody(const DownloadRequest& request, PartFile part, Client::DownloadDone done);

    BodyCoding coding() const override { return BodyCoding::AsStored; }

    // True if the part is the whole file and only its hash is left to check.
    bool is_complete() const;
    void add_headers(Headers& headers) override;
    base::Result<Step> begin(const ResponseHead& head, const Url& url) override;
    base::Result<void> write(std::string_view bytes) override;
    base::Result<Step> complete(const Url& url) override;
    void succeed(Answer answer) override;
    void fail(base::Error error) override;

  private:
    base::Result<Step> begin_whole(const ResponseHead& head, const Url& url);
    base::Result<Step> begin_rest(const ResponseHead& head);
    base::Result<Step> begin_unsatisfiable(const ResponseHead& head, const Url& url);
    // Drops the part for a fresh start, once; an error the second time.
    base::Result<Step> start_over(base::Error otherwise);
    base::Result<Step> reject(base::Error error);
    base::Error hash_error(const base::HashDigest& expected, const base::HashDigest& received)
        const;
    base::Error too_large(std::uint64_t size) const;
    std::uint64_t largest_size() const;

    const std::string display_;  // of the URL
    const std::optional<std::uint64_t> expected_size_;
    const std::vector<base::HashDigest> expected_hashes_;
    const std::uint64_t size_limit_;
    std::function<void(std::uint64_t, std::optional<std::uint64_t>)> progress_;
    PartFile part_;
    Client::DownloadDone done_;
    std::uint64_t resumed_from_ = 0;
    std::string sha256_;
    bool has_started_over_ = false;
    bool ignores_body_ = false;  // of an answer that only says that the part is whole
};

}  // namespace net
