// How the store's answers look, for people and as JSON.
#pragma once

#include "cli/command.h"
#include "codec/json.h"
#include "store/report.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

enum class DryRun { No, Yes };

enum class Collector { Clean, Prune };

// Parts of these texts, for other pages about the store.
std::string age_text(std::int64_t seconds);  // "3 d", "5 h", "12 min", "8 s"
// One line for each process that uses the body, or who else does.
std::string users_text(const Context& context, const store::StoredBody& body);
// The members of a body's JSON object.
void write_body(codec::JsonWriter& json, const store::StoredBody& body);

struct CollectionText {
    std::string_view nothing;  // what is said when nothing was removed
    DryRun dry_run = DryRun::No;
    Collector collector = Collector::Clean;
};

// "Removed 12 files (3.4MiB): 2 environments, 5 packages", and who keeps what was not removed.
void print_collection(
    const Context& context, const store::CollectionReport& report, const CollectionText& text
);
std::string collection_json(const store::CollectionReport& report, DryRun dry_run);
// What is in use, and what has no name any more and goes with its last program. Nothing if there is
// neither.
void print_holdings(const Context& context, const std::vector<store::StoredBody>& bodies);
std::string size_json(const store::StoreSize& size, const std::vector<store::StoredBody>& bodies);
std::string bodies_json(const std::vector<store::StoredBody>& bodies);
// One environment a line, then the processes that use it.
std::string bodies_text(
    const Context& context, const std::vector<store::StoredBody>& bodies, std::int64_t now_ns
);

}  // namespace cli
