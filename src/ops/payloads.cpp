#include "ops/payloads.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/trace.h"
#include "index/wheel_fetch.h"
#include "install/payload_check.h"
#include "install/unpack.h"
#include "store/trust.h"

#include <fmt/core.h>

#include <mutex>
#include <optional>
#include <set>

namespace ops {

namespace {

using base::Result;

constexpr int kFetchAttempts = 4;

// What one wheel's fetch and unpacking came to; filled by a pool thread.
struct Slot {
    std::optional<Payload> payload;
    std::optional<base::Error> error;
};

class Preparation {
  public:
    Preparation(
        Session& session,
        store::Store& store,
        package_index::Registry& registry,
        std::span<const ResolvedWheel> wheels
    )
        : session_(session),
          store_(store),
          registry_(registry),
          wheels_(wheels),
          slots_(wheels.size()) {}

    Result<std::vector<Payload>> run() {
        const std::int64_t begin = base::monotonic_ns();
        std::vector<std::size_t> missing;
        TRY(take_what_is_there());
        for (std::size_t i = 0; i < wheels_.size(); ++i)
            if (!slots_[i].payload) missing.push_back(i);
        if (!missing.empty()) {
            TRY(fetch_until_there(missing));
            session_.emit(Prepared{missing.size(), base::monotonic_ns() - begin});
        }
        std::vector<Payload> payloads;
        for (Slot& slot : slots_)
            payloads.push_back(std::move(*slot.payload));
        return payloads;
    }

  private:
    Result<void> take_what_is_there() {
        session_.pool().for_each(wheels_.size(), [&](std::size_t i) {
            const base::HashDigest* digest = wheels_[i].file.sha256();
            if (digest == nullptr) return;
            if (Result<bool> there = take_existing(i, digest->hex); !there)
                slots_[i].error = std::move(there.error());
        });
        return first_error();
    }

    // True when the store has the payload; it is locked from then on.
    Result<bool> take_existing(std::size_t i, const std::string& sha256) {
        std::optional<store::PayloadGuard> guard = TRY(store_.lock_payload(sha256));
        if (!guard || !TRY(is_unchanged(i, *guard))) return false;
        keep(i, std::move(*guard));
        return true;
    }

    // What somebody edited through a hard link is taken out of service; then it is a miss.
    Result<bool> is_unchanged(std::size_t i, const store::PayloadGuard& guard) {
        const base::Fd directory = TRY(base::open_directory(guard.path()));
        const std::optional<install::Fault> fault = install::check_before_linking(guard.path());
        if (!fault) return true;
        const std::string what =
            fmt::format("{}=={}", wheels_[i].name.text(), wheels_[i].version.to_string());
        base::trace([&] { return fmt::format("unpacking {} again: {}", what, fault->text); });
        TRY(base::with_context(
            store::distrust(directory.get()),
            fmt::format("`{}` was changed in the store and cannot be replaced", what)
        ));
        return false;
    }

    void keep(std::size_t i, store::PayloadGuard guard) {
        slots_[i].payload.emplace(Payload{
            .directory = guard.path(),
            .sha256 = guard.sha256(),
            .name = wheels_[i].name.text(),
            .version = wheels_[i].version.to_string(),
            .guard = std::move(guard),
        });
    }

    // A downloaded file may be gone before it is unpacked: the process that was faster to publish its
    // payload removes it, and so does a collector. Then the payload is there by now, or it is fetched
    // once more.
    Result<void> fetch_until_there(std::vector<std::size_t> missing) {
        for (int attempt = 0; attempt < kFetchAttempts && !missing.empty(); ++attempt) {
            fetch(missing);
            TRY(first_error());
            std::erase_if(missing, [&](std::size_t i) { return slots_[i].payload.has_value(); });
        }
        if (missing.empty()) return {};
        return base::fail(failed(
            missing.front(),
            base::Error(base::ErrorKind::Io, "what was downloaded is removed again and again")
                .hint(
                    "something else cleans the cache all the time; `--no-cache` has one of its own"
                )
        ));
    }

    void fetch(const std::vector<std::size_t>& missing) {
        session_.emit(PhaseStarted{fmt::format("Preparing packages... ({})", missing.size())});
        std::vector<package_index::DistributionFile> files;
        for (const std::size_t i : missing)
            files.push_back(wheels_[i].file);
        report_progress();
        registry_.fetch_wheels(
            files,
            [&](std::size_t position, Result<package_index::WheelFile> fetched) {
                const std::size_t i = missing[position];
                Result<void> unpacked =
                    fetched ? unpack(i, *fetched) : base::fail(std::move(fetched.error()));
                emit(DownloadEnded{wheels_[i].name.text(), files[position].size.value_or(0)});
                if (!unpacked) slots_[i].error = failed(i, std::move(unpacked.error()));
            }
        );
        registry_.on_progress({});
    }

    void report_progress() {
        registry_.on_progress(
            [this](const package_index::DistributionFile& file, std::uint64_t received) {
                const std::string& name = file.name.text();
                const std::lock_guard lock(mutex_);
                if (started_.insert(name).second)
                    session_.emit(DownloadStarted{name, file.size.value_or(0)});
                session_.emit(DownloadAdvanced{name, received, file.size.value_or(0)});
            }
        );
    }

    void emit(const Event& event) {
        const std::lock_guard lock(mutex_);
        session_.emit(event);
    }

    // What cannot be had for an installation is a failed request, whatever the reason was; only being stopped is not.
    base::Error failed(std::size_t i, base::Error error) const {
        if (error.kind() == base::ErrorKind::Interrupted) return error;
        const ResolvedWheel& wheel = wheels_[i];
        return std::move(error)
            .context(fmt::format(
                "Failed to install `{}=={}`", wheel.name.text(), wheel.version.to_string()
            ))
            .with_kind(base::ErrorKind::Failed);
    }

    // Whether the file at the wheel's path is still the one that was checked when it came.
    bool is_what_came(std::size_t i, const package_index::WheelFile& wheel) const {
        if (!wheel.is_cached) return true;
        const Result<package_index::WheelFile> now =
            package_index::check_wheel(wheels_[i].file, wheel.path);
        return now && now->sha256 == wheel.sha256;
    }

    // On a pool thread. The wheel file is not needed once its payload is published.
    Result<void> unpack(std::size_t i, const package_index::WheelFile& wheel) {
        if (!TRY(take_existing(i, wheel.sha256))) {
            if (wheel.is_gone) return {};
            store::PayloadStage stage = TRY(store_.begin_payload(wheel.sha256));
            const install::WheelExpectation expectation{
                .file_name = wheels_[i].file.file_name,
                .record = session_.options().install.record,
            };
            const Result<install::UnpackedWheel> unpacked =
                install::unpack_wheel(wheel.path, expectation, stage, unpack_pool_);
            if (!unpacked) {
                if (is_what_came(i, wheel)) return base::fail(unpacked.error());
                TRY(take_existing(i, wheel.sha256));
                return {};
            }
            for (const std::string& warning : unpacked->warnings)
                emit(Warned{warning});
            keep(i, TRY(store_.publish_payload(std::move(stage), unpacked->payload)));
        }
        if (wheel.is_cached) static_cast<void>(base::remove_file(wheel.path));
        return {};
    }

    Result<void> first_error() {
        for (Slot& slot : slots_) {
            if (slot.error) return base::fail(std::move(*slot.error));
        }
        return {};
    }

    Session& session_;
    store::Store& store_;
    package_index::Registry& registry_;
    std::span<const ResolvedWheel> wheels_;
    std::vector<Slot> slots_;
    std::mutex mutex_;
    std::set<std::string> started_;  // downloads that were announced; guarded by mutex_
    // `done` runs on threads of the session's pool, which must not wait for tasks of the same pool.
    base::TaskPool unpack_pool_{base::TaskPool::core_count()};
};

}  // namespace

Result<std::vector<Payload>> obtain_payloads(
    Session& session, package_index::Registry& registry, std::span<const ResolvedWheel> wheels
) {
    store::Store& store = *TRY(session.store());
    return Preparation(session, store, registry, wheels).run();
}

}  // namespace ops
