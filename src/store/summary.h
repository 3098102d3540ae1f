// Adding up what the parts of a collection did.
#pragma once

#include "base/file.h"
#include "store/buckets.h"
#include "store/collector.h"
#include "store/payload_collector.h"
#include "store/report.h"

namespace store {

void add(CollectionReport& report, const base::RemovedCount& count);
void add(CollectionReport& report, const CollectedBodies& bodies);
void add(CollectionReport& report, const CollectedPayloads& payloads);
void add(CollectionReport& report, const CollectedFiles& files);
void add(CollectionReport& report, const CollectionReport& part);

}  // namespace store
