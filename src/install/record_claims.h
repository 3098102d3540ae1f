// RECORD against the members of its wheel: both must name the same files, except that signatures
// (RECORD.jws, RECORD.p7s) are not listed. Digests are compared later, while the members are
// written.
#pragma once

#include "base/result.h"
#include "codec/zip.h"
#include "install/wheel_contents.h"

namespace install {

// Fills in the claim of every file of `contents`. A disagreement is an error, or with
// RecordPolicy::Warn a doubt.
base::Result<void> attach_record_claims(
    const codec::ZipReader& zip, RecordPolicy policy, WheelContents& contents
);

}  // namespace install
