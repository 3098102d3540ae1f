#include "install/environment_check.h"

#include "base/cancel.h"
#include "base/fd.h"
#include "base/file.h"
#include "codec/wheel_record.h"
#include "pep/name.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace install {

namespace {

constexpr std::uint64_t kRecordLimit = 256U << 20U;
constexpr std::string_view kDistInfo = ".dist-info";

struct FoundFile {
    std::int64_t modified_ns = 0;
    bool is_claimed = false;
};

// What one RECORD says about a file.
struct Claim {
    std::optional<base::HashDigest> hash;
    std::optional<std::uint64_t> size;
};

bool is_bytecode(std::string_view path) {
    return path.ends_with(".pyc") && path.contains("__pycache__/");
}

class EnvironmentCheck {
  public:
    EnvironmentCheck(
        std::string root, const EnvironmentExpectation& expectation, FileDigests& digests
    )
        : root_path_(std::move(root)), expectation_(expectation), digests_(digests) {}

    base::Result<EnvironmentFindings> run() {
        root_ = TRY(base::open_directory(root_path_));
        walk(root_.get(), "");
        for (const std::string& record : records_)
            read_record(record);
        TRY(check_claims());
        check_packages();
        check_skeleton();
        count();
        return std::move(findings_);
    }

  private:
    void add_fault(std::string text, FaultKind kind = FaultKind::Damage) {
        findings_.faults.push_back({kind, std::move(text)});
    }

    void walk(int directory, const std::string& prefix) {
        const base::Result<std::vector<base::DirectoryEntry>> entries =
            base::list_directory_fd(directory);
        if (!entries) {
            add_fault(fmt::format("`{}` cannot be read", prefix), FaultKind::Unchecked);
            return;
        }
        for (const base::DirectoryEntry& entry : *entries) {
            const std::string path = prefix + entry.name;
            struct stat status{};
            if (::fstatat(directory, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
                continue;
            if (!S_ISDIR(status.st_mode)) {
                files_.emplace(path, FoundFile{base::stamp_of(status).modified_ns});
                continue;
            }
            if (entry.name.ends_with(kDistInfo)) records_.push_back(path + "/RECORD");
            const base::Result<base::Fd> below = base::open_at(
                directory, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            );
            if (below) walk(below->get(), path + "/");
        }
    }

    // Paths in RECORD are relative to the directory that holds the dist-info.
    void read_record(const std::string& path) {
        const base::Result<std::string> text = base::read_file_at(root_.get(), path, kRecordLimit);
        if (!text) {
            // A missing one is found by its package.
            if (kind_of(text.error()) == FaultKind::Unchecked)
                add_fault(text.error().flat(), FaultKind::Unchecked);
            return;
        }
        const auto entries = codec::parse_wheel_record(*text);
        bool names_itself = false;
        if (entries) {
            const std::string_view site = base::parent_path(base::parent_path(path));
            for (const codec::RecordEntry& entry : *entries) {
                std::string claimed = base::normalize_path(base::join_path(site, entry.path));
                names_itself |= claimed == path;
                // Outside of the environment: not the store's to judge.
                if (base::is_absolute(claimed) || claimed.starts_with("..")) continue;
                claims_[std::move(claimed)].push_back({entry.hash, entry.size});
            }
        }
        // The last line of every RECORD is its own, so one that was cut shows.
        if (!names_itself) {
            add_fault(fmt::format("`{}` is damaged", path));
            return;
        }
        const std::string_view name = base::file_name(base::parent_path(path));
        if (const auto package = pep::PackageName::parse(name.substr(0, name.find('-'))))
            packages_.insert(package->text());
    }

    base::Result<void> check_claims() {
        for (const auto& [path, claims] : claims_) {
            TRY(base::check_cancelled());
            check_file(path, claims);
        }
        return {};
    }

    void check_file(const std::string& path, const std::vector<Claim>& claims) {
        const auto found = files_.find(path);
        if (found != files_.end()) found->second.is_claimed = true;
        struct stat status{};
        // Followed: in environments of symbolic links the payload has the content.
        if (::fstatat(root_.get(), path.c_str(), &status, 0) != 0) {
            const FaultKind kind = kind_of(base::errno_error(errno, ""));
            add_fault(fmt::format("`{}` is missing", path), kind);
            return;
        }
        const auto size = static_cast<std::uint64_t>(status.st_size);
        for (const Claim& claim : claims) {
            if (claim.size && *claim.size != size) continue;
            if (!claim.hash) return;
            const base::Result<std::string> digest =
                digests_.digest_of(root_.get(), path, claim.hash->algorithm);
            if (digest && *digest == codec::format_record_hash(*claim.hash)) return;
            if (digest) continue;
            const bool is_denied = ::faccessat(root_.get(), path.c_str(), R_OK, 0) != 0;
            add_fault(digest.error().flat(), is_denied ? FaultKind::Unchecked : FaultKind::Damage);
            return;
        }
        add_fault(fmt::format("`{}` was changed", path));
    }

    void check_packages() {
        // Who could not look at a RECORD cannot tell.
        const auto is_unchecked = [](const Fault& fault) {
            return fault.kind == FaultKind::Unchecked;
        };
        if (std::ranges::any_of(findings_.faults, is_unchecked)) return;
        for (const std::string& package : expectation_.packages) {
            if (!packages_.contains(package))
                add_fault(fmt::format("the package `{}` is not whole", package));
        }
    }

    // Without pyvenv.cfg Python takes the environment for none.
    void check_skeleton() {
        if (!files_.contains("bin/python")) return;
        struct stat status{};
        const bool is_there = ::fstatat(root_.get(), "pyvenv.cfg", &status, 0) == 0;
        if (!is_there || status.st_size == 0) add_fault("`pyvenv.cfg` is missing or empty");
    }

    void count() {
        std::uint64_t own = 0;
        for (const auto& [path, file] : files_) {
            if (is_bytecode(path)) continue;
            ++own;
            if (file.is_claimed || file.modified_ns <= expectation_.created_ns) continue;
            if (path != ".lease" && path != ".meta") ++findings_.added;
        }
        if (findings_.faults.empty() && own < expectation_.files) {
            add_fault(fmt::format("{} files are missing", expectation_.files - own));
        }
    }

    std::string root_path_;
    const EnvironmentExpectation& expectation_;
    FileDigests& digests_;
    base::Fd root_;
    std::map<std::string, FoundFile> files_;
    std::vector<std::string> records_;
    std::map<std::string, std::vector<Claim>> claims_;
    std::set<std::string> packages_;
    EnvironmentFindings findings_;
};

}  // namespace

base::Result<EnvironmentFindings> check_environment(
    const std::string& root, const EnvironmentExpectation& expectation, FileDigests& digests
) {
    return EnvironmentCheck(root, expectation, digests).run();
}

}  // namespace install
