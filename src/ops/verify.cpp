#include "ops/verify.h"

#include "base/cancel.h"
#include "base/file.h"
#include "base/text.h"
#include "install/environment_check.h"
#include "install/file_digests.h"
#include "install/payload_check.h"
#include "ops/verify_records.h"
#include "store/inspection.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

namespace ops {

namespace {

using base::Result;
using install::Fault;
using install::FaultKind;
using store::Hold;
using store::HoldState;
using store::InspectedBody;
using store::InspectedPayload;

constexpr std::size_t kShownReasons = 5;
// From here on one package is worth the work of all threads.
constexpr std::uint64_t kLargePayload = 32U << 20U;

std::string title_of(const InspectedPayload& payload) {
    return fmt::format("{} {}", payload.info.package, payload.info.version);
}

std::string title_of(const InspectedBody& body) {
    return body.record && !body.record->label.empty() ? body.record->label : body.id;
}

class Verification {
  public:
    Verification(
        const store::Inspection& inspection, Repair repair, base::TaskPool& pool, EventSink& events
    )
        : inspection_(inspection), repair_(repair), pool_(pool), events_(events) {}

    Result<VerifyReport> run() {
        inventory_ = TRY(inspection_.inventory());
        report_.outdated = inventory_.outdated + inventory_.distrusted;
        TRY(check_payloads());
        TRY(check_bodies());
        check_names();
        TRY(check_records());
        if (repair_ == Repair::Yes) TRY(finish_repair());
        check_counters();
        report_.strays = std::move(inventory_.strays);
        report_.files = digests_.files_read();
        report_.bytes = digests_.bytes_read();
        const auto order = [](const Damage& damage) {
            return std::pair(damage.thing, std::string_view(damage.path));
        };
        std::ranges::sort(report_.damage, {}, order);
        return std::move(report_);
    }

  private:
    // --- what tasks share

    void begin_phase(std::string_view things, std::size_t size) {
        phase_ = things;
        phase_size_ = size;
        phase_done_ = 0;
        show_progress();
    }

    void show_progress() {
        const std::string bytes = base::format_bytes(digests_.bytes_read());
        const std::uint64_t done = phase_done_;
        const std::lock_guard lock(mutex_);
        events_.handle(
            PhaseStarted{fmt::format("Verifying {} {}/{} ({})", phase_, done, phase_size_, bytes)}
        );
    }

    void advance() {
        ++phase_done_;
        show_progress();
    }

    void add(Damage damage) {
        const std::lock_guard lock(mutex_);
        report_.damage.push_back(std::move(damage));
    }

    void count(std::uint64_t& counter, std::uint64_t by = 1) {
        const std::lock_guard lock(mutex_);
        counter += by;
    }

    // Sorts out what only could not be read; true when there is damage.
    bool collect_faults(
        const std::vector<Fault>& faults, const std::string& title, Damage& damage
    ) {
        for (const Fault& fault : faults) {
            if (fault.kind == FaultKind::Unchecked) {
                const std::lock_guard lock(mutex_);
                report_.unchecked.push_back(fmt::format("{}: {}", title, fault.text));
                continue;
            }
            if (++damage.count <= kShownReasons) damage.reasons.push_back(fault.text);
        }
        return damage.count > 0;
    }

    void note_repair(Damage& damage, const Result<void>& done) const {
        if (repair_ == Repair::No) return;
        damage.repaired = done.has_value();
        if (!done) damage.note = done.error().flat();
    }

    // Ends early when the user stops it.
    Result<void> for_each(std::size_t size, const std::function<void(std::size_t)>& task) {
        pool_.for_each(size, [&](std::size_t index) {
            if (base::cancel_signal() != 0) return;
            task(index);
            advance();
        });
        return base::check_cancelled();
    }

    // --- packages

    // Large ones one after the other with all threads on the files of one; then the small ones at
    // once, a thread for each.
    Result<void> check_payloads() {
        std::vector<InspectedPayload>& payloads = inventory_.payloads;
        const auto small = std::ranges::partition(payloads, [](const InspectedPayload& payload) {
                               return payload.info.bytes >= kLargePayload;
                           }).begin();
        begin_phase("packages", payloads.size());
        for (auto it = payloads.begin(); it != small; ++it) {
            check_payload(*it, &pool_);
            TRY(base::check_cancelled());
            advance();
        }
        const auto rest = static_cast<std::size_t>(payloads.end() - small);
        return for_each(rest, [&](std::size_t index) {
            check_payload(small[static_cast<std::ptrdiff_t>(index)], nullptr);
        });
    }

    void check_payload(const InspectedPayload& payload, base::TaskPool* pool) {
        Hold hold;
        if (inspection_.hold(payload, hold) != HoldState::Held) {
            count(report_.passed_over);
            return;
        }
        count(report_.packages);
        const Result<std::vector<Fault>> faults =
            install::check_payload(payload.path, digests_, pool);
        Damage damage{
            .thing = DamagedThing::Package, .title = title_of(payload), .path = payload.path
        };
        if (!faults || !collect_faults(*faults, damage.title, damage)) return;
        // Without locks it may have been collected under our eyes.
        if (!inspection_.is_current(payload, hold)) return;
        if (repair_ == Repair::Yes)
            note_repair(damage, inspection_.take_out_of_service(payload, hold));
        add(std::move(damage));
    }

    // --- environments

    Result<void> check_bodies() {
        begin_phase("environments", inventory_.bodies.size());
        return for_each(inventory_.bodies.size(), [&](std::size_t index) {
            check_body(inventory_.bodies[index]);
        });
    }

    void check_body(const InspectedBody& body) {
        Damage damage{
            .thing = DamagedThing::Environment, .title = title_of(body), .path = body.path
        };
        {
            Hold hold;
            const HoldState state = inspection_.hold(body, hold);
            if (state == HoldState::PassedOver) {
                count(report_.passed_over);
                return;
            }
            count(report_.environments);
            const std::vector<Fault> faults =
                state == HoldState::Held
                    ? faults_of(body)
                    : std::vector<Fault>{{FaultKind::Damage, "its lease is gone"}};
            if (!collect_faults(faults, damage.title, damage)) return;
        }
        if (!inspection_.is_current(body)) return;
        add(std::move(damage));
        const std::lock_guard lock(mutex_);
        damaged_bodies_.push_back(body);
    }

    std::vector<Fault> faults_of(const InspectedBody& body) {
        if (!body.record) {
            const Result<std::string> bytes = base::read_file(body.path + "/.meta");
            if (!bytes) return {{install::kind_of(bytes.error()), bytes.error().flat()}};
            return {{FaultKind::Damage, "its record is damaged"}};
        }
        const install::EnvironmentExpectation expectation{
            .packages = body.record->packages,
            .files = body.record->files,
            .created_ns = body.record->created_ns,
        };
        Result<install::EnvironmentFindings> found =
            install::check_environment(body.path, expectation, digests_);
        // Stopped by the user, or gone: who asked looks at that.
        if (!found) return {};
        count(report_.added, found->added);
        for (const std::string& parent : body.record->parents) {
            if (!base::is_directory(inspection_.layout().body(parent)))
                found->faults.push_back({FaultKind::Damage, "what it is layered on is gone"});
        }
        return std::move(found->faults);
    }

    // --- the rest

    void check_names() {
        for (const std::string& key : inventory_.dangling) {
            Damage damage{
                .thing = DamagedThing::Name,
                .title = key,
                .path = inspection_.layout().name(key),
                .reasons = {"it leads nowhere"},
                .count = 1,
            };
            if (repair_ == Repair::Yes) note_repair(damage, inspection_.remove_dangling(key));
            report_.damage.push_back(std::move(damage));
        }
    }

    Result<void> check_records() {
        const std::vector<RecordFile> files = list_records(inspection_.layout());
        begin_phase("records", files.size());
        return for_each(files.size(), [&](std::size_t index) {
            const std::string& path = files[index].path;
            const RecordState state = check_record(files[index]);
            if (state == RecordState::Unknown) return;
            count(report_.records);
            if (state == RecordState::Whole) return;
            if (state == RecordState::Unfinished) {
                // A power cut between its name and its bytes; a miss to everybody.
                count(report_.outdated);
                if (repair_ == Repair::Yes) static_cast<void>(base::remove_file(path));
                return;
            }
            Damage damage{
                .thing = DamagedThing::Record,
                .title = std::string(base::file_name(path)),
                .path = path,
                .reasons = {"its checksum is wrong"},
                .count = 1,
            };
            if (repair_ == Repair::Yes) note_repair(damage, base::remove_file(path));
            add(std::move(damage));
        });
    }

    void check_counters() {
        if (repair_ == Repair::Yes) return;
        const std::optional<store::StoreSize> recorded = inspection_.recorded_size();
        const store::StoreSize counted = inspection_.counted_size();
        // The sizes of cached files are only brought up to date now and then.
        report_.counters_wrong = recorded && (recorded->environments != counted.environments ||
                                              recorded->payloads != counted.payloads ||
                                              recorded->payload_bytes != counted.payload_bytes);
    }

    // Names go first, all of them; what is out of service is collected after that.
    Result<void> finish_repair() {
        std::vector<InspectedBody> nameless;
        for (const InspectedBody& body : damaged_bodies_) {
            Damage& damage = damage_of(body);
            note_repair(damage, inspection_.take_out_of_service(body));
            if (damage.repaired) nameless.push_back(body);
        }
        for (const std::string& path : inventory_.strays)
            report_.strays_removed = inspection_.discard(path).has_value();
        const std::vector<std::string> kept = TRY(inspection_.collect(nameless));
        for (const InspectedBody& body : nameless) {
            if (std::ranges::find(kept, body.id) != kept.end())
                damage_of(body).note = "it stays for the program that uses it";
        }
        return {};
    }

    Damage& damage_of(const InspectedBody& body) {
        return *std::ranges::find(report_.damage, body.path, &Damage::path);
    }

    const store::Inspection& inspection_;
    Repair repair_;
    base::TaskPool& pool_;
    EventSink& events_;
    store::Inventory inventory_;
    install::FileDigests digests_;
    std::string_view phase_;
    std::size_t phase_size_ = 0;
    std::atomic<std::uint64_t> phase_done_ = 0;
    std::mutex mutex_;  // for what follows and for events_
    VerifyReport report_;
    std::vector<InspectedBody> damaged_bodies_;
};

}  // namespace

std::string_view name_of(DamagedThing thing) {
    switch (thing) {
        case DamagedThing::Package:
            return "package";
        case DamagedThing::Environment:
            return "environment";
        case DamagedThing::Name:
            return "name";
        case DamagedThing::Record:
            return "record";
    }
    return "record";
}

bool VerifyReport::is_damaged() const {
    return std::ranges::any_of(damage, [](const Damage& item) { return !item.repaired; });
}

Result<VerifyReport> verify_store(
    const std::string& root, Repair repair, base::TaskPool& pool, EventSink& events
) {
    const std::optional<store::Inspection> inspection = TRY(store::Inspection::open(root));
    if (!inspection) return VerifyReport{.store_exists = false};
    return Verification(*inspection, repair, pool, events).run();
}

}  // namespace ops
