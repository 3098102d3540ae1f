#include "store/summary.h"

#include <fmt/format.h>

namespace store {

void add(CollectionReport& report, const base::RemovedCount& count) {
    report.files += count.files;
    report.directories += count.directories;
    report.bytes += count.bytes;
}

void add(CollectionReport& report, const CollectedBodies& bodies) {
    for (const BodyEntry& entry : bodies.removed) {
        ++report.environments;
        if (!entry.record) continue;
        const BodyRecord& record = *entry.record;
        add(report, base::RemovedCount{record.files, record.directories, record.bytes});
    }
    for (const BodyEntry& entry : bodies.kept) {
        if (!entry.is_in_use && entry.users.empty()) continue;
        report.kept.push_back(describe_body(entry));
        report.kept.back().in_use = true;
    }
    report.notes.insert(report.notes.end(), bodies.notes.begin(), bodies.notes.end());
}

void add(CollectionReport& report, const CollectionReport& part) {
    add(report, base::RemovedCount{part.files, part.directories, part.bytes});
    report.environments += part.environments;
    report.payloads += part.payloads;
    report.removals.insert(report.removals.end(), part.removals.begin(), part.removals.end());
    report.kept.insert(report.kept.end(), part.kept.begin(), part.kept.end());
    report.notes.insert(report.notes.end(), part.notes.begin(), part.notes.end());
}

void add(CollectionReport& report, const CollectedPayloads& payloads) {
    add(report, base::RemovedCount{payloads.files, payloads.directories, payloads.bytes});
    report.payloads += payloads.payloads;
    report.notes.insert(report.notes.end(), payloads.notes.begin(), payloads.notes.end());
    if (payloads.kept == 0) return;
    report.notes.push_back(fmt::format(
        "kept {} unpacked package{} in use", payloads.kept, payloads.kept == 1 ? "" : "s"
    ));
}

void add(CollectionReport& report, const CollectedFiles& files) {
    add(report, files.removed);
    if (files.is_busy)
        report.notes.emplace_back("kept cached files: another command is at work on them");
}

}  // namespace store
