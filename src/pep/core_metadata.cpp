#include "pep/core_metadata.h"

#include "base/text.h"
#include "codec/headers.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pep {

namespace {

base::Result<std::string_view> required(const codec::HeaderBlock& headers, std::string_view field) {
    const std::string* value = headers.find(field);
    if (value != nullptr && !value->empty()) return std::string_view(*value);
    return base::fail(base::ErrorKind::Invalid, fmt::format("the metadata has no `{}`", field));
}

template <class T>
base::Result<T> in_field(base::Result<T> result, std::string_view field) {
    return base::with_context(
        std::move(result), fmt::format("invalid `{}` in the metadata", field)
    );
}

}  // namespace

base::Result<CoreMetadata> CoreMetadata::parse(std::string_view text) {
    const codec::HeaderBlock headers = codec::parse_headers(text);
    CoreMetadata metadata;
    if (const std::string* version = headers.find("Metadata-Version"))
        metadata.metadata_version = *version;
    metadata.name = TRY(in_field(PackageName::parse(TRY(required(headers, "Name"))), "Name"));
    metadata.version = TRY(in_field(Version::parse(TRY(required(headers, "Version"))), "Version"));
    for (const std::string_view value : headers.find_all("Requires-Dist")) {
        metadata.requires_dist.push_back(
            TRY(in_field(Requirement::parse_lenient(value, &metadata.warnings), "Requires-Dist"))
        );
    }
    if (const std::string* value = headers.find("Requires-Python")) {
        metadata.requires_python =
            TRY(in_field(Specifiers::parse_lenient(*value, &metadata.warnings), "Requires-Python"));
    }
    for (const std::string_view value : headers.find_all("Provides-Extra")) {
        if (auto extra = ExtraName::parse(value)) {
            metadata.provides_extras.push_back(std::move(*extra));
        } else {
            metadata.warnings.push_back(fmt::format(
                "`{}` in `Provides-Extra` is not the name of an extra; it is ignored", value
            ));
        }
    }
    for (const std::string_view value : headers.find_all("Dynamic")) {
        metadata.dynamic.push_back(base::to_lower(value));
    }
    return metadata;
}

bool CoreMetadata::is_dynamic(std::string_view field) const {
    return std::ranges::find(dynamic, base::to_lower(field)) != dynamic.end();
}

}  // namespace pep
