// Unpacking a wheel into the store, once. The archive is not trusted: whatever could write outside
// its place, take the place of something else, lie about what it is or grow without bound is
// refused, with nothing published, and is refused again the next time. What is odd and legal is
// kept (names that differ by case, members that appear twice with the same content, "./" in names).
//
// Refused, besides what codec::ZipReader refuses (broken or contradictory archives, bombs,
// encryption):
//   - names that are absolute, contain "..", are not UTF-8 or hold control characters
//   - links that lead out of the tree (other links become files holding their text, as pip and uv
//   do), devices
//   - two members that would install to one path with different content; a file where a directory
//   must be
//   - no or several *.dist-info; one, or a METADATA, whose name or version is not that of the file
//   name
//   - a direct_url.json in the wheel: only an installer may say where a distribution came from
//   - a WHEEL of another major version, unknown or nested .data directories
//   - programs named like the environment's own (python, activate, ...), files over pyvenv.cfg or
//   the store's own
//   - a RECORD that disagrees with the members: hash, size, unlisted or missing files (see
//   RecordPolicy)
//
// Members are written by all threads of the pool, digests checked while writing, files 0444 or
// 0555.
#pragma once

#include "base/result.h"
#include "base/task_pool.h"
#include "store/payload.h"

#include <cstdint>
#include <string>
#include <vector>

namespace install {

// What to do about a RECORD that disagrees with the members.
enum class RecordPolicy {
    Refuse,
    Warn,  // ADDER_RECORD=warn: mend it from what is there, and say so
};

// What the caller knows about the wheel without opening it.
struct WheelExpectation {
    std::string
        file_name;  // "flask-3.0.0-py3-none-any.whl": the name and version the content must confirm
    store::PayloadOrigin origin = store::PayloadOrigin::Prebuilt;
    RecordPolicy record = RecordPolicy::Refuse;
    std::uint64_t size_limit = 64ULL << 30U;  // of all members together, uncompressed
};

struct UnpackedWheel {
    store::PayloadInfo payload;         // as Store::publish_payload wants it
    std::vector<std::string> warnings;  // only with RecordPolicy::Warn
};

// Writes tree/ and .plan into `directory`, which exists and has neither.
base::Result<UnpackedWheel> unpack_wheel(
    const std::string& wheel,
    const WheelExpectation& expectation,
    const std::string& directory,
    base::TaskPool& pool
);
// The same into a stage of the store; publishing it is the caller's.
base::Result<UnpackedWheel> unpack_wheel(
    const std::string& wheel,
    const WheelExpectation& expectation,
    const store::PayloadStage& stage,
    base::TaskPool& pool
);

}  // namespace install
