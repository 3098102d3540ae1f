// How the store's answers look, for people and as JSON.
#pragma once

#include "cli/command.h"
#include "store/report.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

enum class DryRun { No, Yes };

struct CollectionText {
    std::string_view nothing;  // what is said when nothing was removed
    DryRun dry_run = DryRun::No;
};

// "Removed 12 files (3.4MiB)", and who keeps what was not removed.
void print_collection(
    const Context& context, const store::CollectionReport& report, const CollectionText& text
);
std::string collection_json(const store::CollectionReport& report, DryRun dry_run);
std::string size_json(const store::StoreSize& size);
std::string bodies_json(const std::vector<store::StoredBody>& bodies);
// One environment a line, then the processes that use it.
std::string bodies_text(
    const Context& context, const std::vector<store::StoredBody>& bodies, std::int64_t now_ns
);

}  // namespace cli
