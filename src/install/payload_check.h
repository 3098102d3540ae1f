// Whether an unpacked wheel is still what was unpacked. Its files are shared with environments by
// hard links, so somebody who edits a file of an environment in place edits the payload, and every
// environment that is linked from it later would have the edit too.
//
// Two depths: the length and the modification time of every file, which an edit changes and which
// cost a microsecond a file (docs/decisions/008); and the digest of every file.
#pragma once

#include "base/result.h"
#include "base/task_pool.h"
#include "install/file_digests.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace install {

enum class FaultKind {
    Damage,     // is not what it was
    Unchecked,  // could not be looked at
};

struct Fault {
    FaultKind kind = FaultKind::Damage;
    std::string text;  // "`flask/app.py` was changed"
};

// What a file that cannot be read tells: bytes that the device does not give are lost, but a lack of
// rights or descriptors tells nothing about the file.
FaultKind kind_of(const base::Error& error);

// The quick look, before the payload at `payload` is linked from. nullopt: nothing is known against
// it. A file of the right length and another time is hashed: if only the time is new (a store that
// was copied), it is set back.
std::optional<Fault> check_before_linking(const std::string& payload);

// Everything: digests, lengths, execute bits, missing files, and files that the wheel does not
// have. `pool` null: in this thread. An Interrupted error when the user stops it.
base::Result<std::vector<Fault>> check_payload(
    const std::string& payload, FileDigests& digests, base::TaskPool* pool
);

}  // namespace install
