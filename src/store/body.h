// What the store knows about a body: the record in `env/<id>/.meta`, written last before the body
// is published and never changed. It lets the collector count, match and order without walking the
// body.
#pragma once

#include "base/result.h"
#include "store/lease.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store {

enum class BodyKind : std::uint8_t {
    Script = 0,  // of a script with inline requirements
    Tool = 1,    // of `tool run`
    With = 2,    // a layer of `run --with`
    Venv = 3,    // anything else built in the store
};

std::string_view name_of(BodyKind kind);  // "script", "tool", "with", "venv"

// What the builder of a body says about it when it publishes.
struct BodyInfo {
    BodyKind kind = BodyKind::Venv;
    std::string label;  // for people: "jupyterlab", "report.py"
    // What this body is a generation of, in the characters of a key ("script-<hash of its path>");
    // "" for none. Prune keeps the body that a group used last. See Store::mark_current.
    std::string group;
    std::vector<std::string> packages;  // normalised names of all distributions in it
    std::uint64_t files = 0;            // without .lease and .meta
    std::uint64_t directories = 0;      // without the body itself
    std::uint64_t bytes = 0;            // of all files, hard links included
    std::uint64_t own_bytes = 0;        // of the files that are not hard links into payloads
    std::vector<std::string> payloads;  // sha256 of the payloads it links to by symbolic links
    // sha256 of the other payloads it was made from. It outlives them; but its hard links keep their
    // space, so in the order of eviction they come behind it.
    std::vector<std::string> source_payloads;
    // Bodies it is layered on. They are kept as long as this one is; the leases must be held until
    // publish returns.
    std::vector<const Lease*> parents;
    std::string extra;  // opaque, for the publisher
};

// The record as read back.
struct BodyRecord {
    BodyKind kind = BodyKind::Venv;
    std::string key;
    std::string label;
    std::string group;
    std::vector<std::string> packages;
    std::uint64_t files = 0;        // now with .lease and .meta
    std::uint64_t directories = 0;  // now with the body itself
    std::uint64_t bytes = 0;
    std::uint64_t own_bytes = 0;
    std::vector<std::string> payloads;
    std::vector<std::string> source_payloads;
    std::vector<std::string> parents;  // ids
    std::string extra;
    std::string creator;          // "adder 0.1.0"
    std::int64_t created_ns = 0;  // wall clock

    bool operator==(const BodyRecord&) const = default;
};

BodyRecord make_body_record(const BodyInfo& info, std::string_view key, std::string_view creator);
std::string encode_body_record(const BodyRecord& record);
// nullopt: damaged, cut, or of another format.
std::optional<BodyRecord> decode_body_record(std::string_view bytes);
// Of the body in `directory`; nullopt when there is none that can be read.
std::optional<BodyRecord> read_body_record(const std::string& directory);

}  // namespace store
