#include "store/references.h"

#include "base/file.h"
#include "store/body.h"
#include "store/listing.h"

#include <optional>

namespace store {

using base::Result;

Result<References> read_references(const Layout& layout) {
    References references;
    for (base::DirectoryEntry& entry : TRY(list_if_exists(layout.bodies()))) {
        const Result<std::optional<std::string>> bytes =
            base::read_optional_file(layout.body(entry.name) + "/.meta");
        // Without a record it is the rest of one that was being deleted.
        if (bytes && !*bytes) continue;
        const std::optional<BodyRecord> record = bytes ? decode_body_record(**bytes) : std::nullopt;
        if (!record) {
            references.unknown.push_back(std::move(entry.name));
            continue;
        }
        references.payloads.insert(record->payloads.begin(), record->payloads.end());
        if (!record->parents.empty())
            references.parents.emplace(std::move(entry.name), record->parents);
    }
    return references;
}

}  // namespace store
