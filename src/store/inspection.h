// Inspection: the store seen by one who verifies it. Lists what can be used, holds each thing in
// place while it is looked at and no longer, and takes out of service what was found damaged.
//
// Looking changes nothing, needs no right to write, and waits for nobody: what a collector has
// claimed just now is passed over. It is a user like any other: it holds the read lock of a payload
// or the lease of a body, so no collector takes away what is being read.
//
// Repairing deletes nothing that a program uses. A damaged payload loses its trust and is unpacked
// again by the next command that needs it; a damaged body loses its names, so the next run builds
// another one, and goes when its last program has ended.
//
// Functions that look may be called from several threads at once; those that repair may not.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "store/body.h"
#include "store/layout.h"
#include "store/lock.h"
#include "store/payload.h"
#include "store/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace store {

struct InspectedPayload {
    std::string sha256;
    std::string path;
    PayloadInfo info;
};

struct InspectedBody {
    std::string id;
    std::string path;
    std::vector<std::string> keys;     // the names that lead here
    std::optional<BodyRecord> record;  // absent: damaged
};

// Everything that can be used, and what else lies where only such things should lie.
struct Inventory {
    std::vector<InspectedPayload> payloads;  // trusted ones
    std::vector<InspectedBody> bodies;       // with a name
    std::vector<std::string> dangling;       // keys of names that lead nowhere
    std::vector<std::string> strays;         // paths that belong to nothing the store knows
    std::uint64_t distrusted = 0;  // payloads nobody will use: from before a restart, or damaged
    std::uint64_t outdated = 0;    // names from before a restart that count no more
};

// Keeps what is looked at where it is.
struct Hold {
    base::Fd directory;
    base::Fd lock;
};

enum class HoldState {
    Held,
    PassedOver,  // being collected, gone by now, or not ours to open
    Condemned,   // a body with names whose lease says that it is gone, or is missing
};

class Inspection {
  public:
    // nullopt: there is no store. One of a format that is not ours is an error.
    static base::Result<std::optional<Inspection>> open(const std::string& root);

    const Layout& layout() const { return layout_; }

    base::Result<Inventory> inventory() const;

    HoldState hold(const InspectedPayload& payload, Hold& hold) const;
    HoldState hold(const InspectedBody& body, Hold& hold) const;
    // Whether what was held is still what others would find; asked before damage is believed.
    bool is_current(const InspectedPayload& payload, const Hold& hold) const;
    bool is_current(const InspectedBody& body) const;

    // What the counters say, nullopt when they cannot be read; and what they should say.
    std::optional<StoreSize> recorded_size() const;
    StoreSize counted_size() const;

    // --- repair
    // To be called with the payload held.
    base::Result<void> take_out_of_service(const InspectedPayload& payload, const Hold& hold) const;
    // Without their hold. The keys lead nowhere afterwards, unless somebody built anew meanwhile.
    base::Result<void> take_out_of_service(const InspectedBody& body) const;
    base::Result<void> remove_dangling(const std::string& key) const;
    base::Result<void> discard(const std::string& path) const;
    // After the others: removes what is out of service and in nobody's use, and counts again. The
    // ids of bodies that stay for their programs.
    base::Result<std::vector<std::string>> collect(const std::vector<InspectedBody>& bodies) const;

  private:
    Inspection(Layout layout, LockKind kind) : layout_(std::move(layout)), kind_(kind) {}

    void list_payloads(Inventory& inventory) const;
    base::Result<void> list_bodies(Inventory& inventory) const;

    Layout layout_;
    LockKind kind_;
};

}  // namespace store
