#include "python/facts.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/interrupted.h"
#include "base/record.h"
#include "base/trace.h"
#include "python/environment.h"
#include "python/probe.h"
#include "python/pyenv.h"
#include "python/stamp_record.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace python {

namespace {

using base::Result;

constexpr std::string_view kFileMagic = "ADRPYF";
constexpr std::string_view kAnswerMagic = "ADRPYI";
constexpr std::uint32_t kFormat = 2;  // raised when the record or the probe changes
constexpr std::uint64_t kFileLimit = 32U << 20U;
constexpr std::int64_t kFailureLifeNs = INT64_C(24) * 3600 * 1'000'000'000;
constexpr std::size_t kMemoriesPerPath = 8;
constexpr std::size_t kPathLimit = 2048;

std::string encode_answer(const Interpreter& interpreter) {
    base::RecordWriter writer(kAnswerMagic, kFormat);
    interpreter.encode(writer);
    return writer.finish();
}

std::optional<Interpreter> decode_answer(std::string_view payload) {
    std::optional<base::RecordReader> reader =
        base::RecordReader::open(payload, kAnswerMagic, kFormat);
    if (!reader) return std::nullopt;
    return Interpreter::decode(*reader);
}

std::string encode_error(const base::Error& error) {
    base::RecordWriter writer(kAnswerMagic, kFormat);
    writer.u8(static_cast<std::uint8_t>(error.kind()));
    writer.string(error.message());
    writer.u32(static_cast<std::uint32_t>(error.causes().size()));
    for (const std::string& cause : error.causes())
        writer.string(cause);
    return writer.finish();
}

base::Error decode_error(std::string_view payload, const std::string& executable) {
    base::Error error(base::ErrorKind::Failed, fmt::format("`{}` cannot be used", executable));
    std::optional<base::RecordReader> reader =
        base::RecordReader::open(payload, kAnswerMagic, kFormat);
    if (!reader) return error;
    const std::uint8_t kind = reader->u8();
    const std::string message(reader->string());
    if (kind > static_cast<std::uint8_t>(base::ErrorKind::Interrupted)) return error;
    error = base::Error(static_cast<base::ErrorKind>(kind), message);
    const std::uint32_t count = reader->count();
    for (std::uint32_t i = 0; i < count && reader->good(); ++i) {
        error = std::move(error).cause(std::string(reader->string()));
    }
    return error;
}

// Failures that say something about the moment and not about the interpreter.
bool is_passing(const base::Error& error) {
    if (error.kind() == base::ErrorKind::Interrupted) return true;
    if (std::ranges::find(error.causes(), kKilled) != error.causes().end()) return true;
    // EACCES too: rights of a directory above may come without a change of the file itself.
    for (const int number : {EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY, EIO, ESTALE, EACCES}) {
        const std::string text = base::errno_text(number);
        for (const std::string& cause : error.causes()) {
            if (cause.contains(text)) return true;
        }
    }
    return false;
}

std::string first_bytes(const std::string& path) {
    const base::Fd fd = base::try_open(path, O_RDONLY);
    std::array<char, 4> bytes{};
    const auto read = [&] { return ::read(fd.get(), bytes.data(), bytes.size()); };
    if (!fd || base::retry_interrupted(read) < 4) return {};
    return {bytes.data(), bytes.size()};
}

bool is_elf(const std::string& path) {
    return first_bytes(path) ==
           "\x7f"
           "ELF";
}

// python, python3, python3.11, python3.13t, pypy3.10: programs that do not care by which name they
// are started, as launchers do that are called by many.
bool has_python_name(std::string_view path) {
    const std::string_view name = base::file_name(path);
    for (const std::string_view prefix : {"python", "pypy"}) {
        if (!name.starts_with(prefix)) continue;
        const std::string_view rest = name.substr(prefix.size());
        if (rest.find_first_not_of("0123456789.tdm") == std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

std::string host_identity() {
    utsname name{};
    if (::uname(&name) != 0) return {};
    std::array<char, 64> library{};
    ::confstr(_CS_GNU_LIBC_VERSION, library.data(), library.size());
    return fmt::format(
        "{} {} {} {} {}", name.sysname, name.release, name.version, name.machine, library.data()
    );
}

Facts::Facts(const DiscoveryOptions& options) : options_(options) {
    if (!options.facts_directory.empty()) {
        file_ = base::join_path(options.facts_directory, "facts");
    }
}

Result<Interpreter> Facts::of(const std::string& executable) {
    const Result<base::FileStamp> stamp = base::stamp_of(executable);
    if (!stamp) {
        const bool is_link = base::read_link(executable).has_value();
        base::Error error(
            base::ErrorKind::NotFound,
            is_link ? fmt::format("`{}` is a link to a Python that is gone", executable)
                    : fmt::format("there is no `{}`", executable)
        );
        if (is_link) return base::fail(std::move(error).hint("make the environment anew"));
        return base::fail(std::move(error));
    }
    if (const std::optional<std::string> root = root_of(executable)) {
        return of_environment(*root, executable);
    }
    load();
    if (const Memory* memory = recall(executable, *stamp)) {
        if (memory->is_failure) return base::fail(decode_error(memory->payload, executable));
        if (std::optional<Interpreter> known = decode_answer(memory->payload)) {
            return std::move(*known);
        }
    }
    return investigate(executable, *stamp);
}

Result<Interpreter> Facts::investigate(
    const std::string& executable, const base::FileStamp& stamp
) {
    Memory memory{.stamp = stamp, .selector = {}, .payload = {}};
    if (std::optional<Result<Interpreter>> linked = of_link(executable)) {
        remember(executable, std::move(memory), *linked);
        return std::move(*linked);
    }
    if (!is_elf(executable)) memory.selector = selector();
    ++probes_;
    Result<Interpreter> answer = probe_interpreter(executable, options_.probe_timeout_ms);
    remember(executable, std::move(memory), answer);
    return answer;
}

Result<Interpreter> Facts::of_environment(const std::string& root, const std::string& executable) {
    const std::optional<VenvConfig> config = read_venv_config(root);
    const std::optional<std::string> base = config ? base_of(*config, executable) : std::nullopt;
    // An environment whose `home` is an environment, or itself, is nothing to be derived from.
    if (base && depth_ == 0) {
        ++depth_;
        const Result<Interpreter> facts = of(*base);
        --depth_;
        if (facts && !facts->is_virtual()) return derive_environment(*facts, root, executable);
    }
    load();
    const base::FileStamp stamp = TRY(base::stamp_of(executable));
    if (const Memory* memory = recall(executable, stamp); memory && !memory->is_failure) {
        std::optional<Interpreter> known = decode_answer(memory->payload);
        if (known && known->prefix == root) return std::move(*known);
    }
    ++probes_;
    Result<Interpreter> answer = probe_interpreter(executable, options_.probe_timeout_ms);
    remember(executable, {.stamp = stamp, .selector = {}, .payload = {}}, answer);
    return answer;
}

std::optional<Result<Interpreter>> Facts::of_link(const std::string& executable) {
    const Result<std::string> target = base::canonical_path(executable);
    if (!target || *target == base::normalize_path(executable) || depth_ > 1) return std::nullopt;
    if (!has_python_name(*target) || !is_elf(*target)) return std::nullopt;
    ++depth_;
    Result<Interpreter> facts = of(*target);
    --depth_;
    if (!facts || facts->is_virtual() || facts->executable != *target) return std::nullopt;
    facts->executable = executable;
    facts->base_executable = executable;
    return facts;
}

std::optional<std::string> Facts::root_of(const std::string& executable) {
    const std::string directory(base::parent_path(executable));
    const auto known = roots_.find(directory);
    if (known != roots_.end()) return known->second;
    return roots_.emplace(directory, environment_root(executable)).first->second;
}

const Facts::Memory* Facts::recall(const std::string& executable, const base::FileStamp& stamp) {
    if (options_.memory == MemoryUse::Renew) return nullptr;
    const auto found = memories_.find(executable);
    if (found == memories_.end()) return nullptr;
    for (const Memory& memory : found->second) {
        if (memory.stamp != stamp) continue;
        if (memory.expires_ns != 0 && memory.expires_ns < base::wall_clock_ns()) continue;
        if (memory.selector.empty() || memory.selector == selector()) return &memory;
    }
    return nullptr;
}

void Facts::remember(
    const std::string& executable, Memory memory, const Result<Interpreter>& answer
) {
    if (!answer && is_passing(answer.error())) {
        met_passing_failure_ = true;
        return;
    }
    const std::int64_t now = base::wall_clock_ns();
    if (file_.empty() || is_racy(memory.stamp, now)) return;
    if (answer) {
        memory.payload = encode_answer(*answer);
    } else {
        memory.is_failure = true;
        memory.expires_ns = now + kFailureLifeNs;
        memory.payload = encode_error(answer.error());
    }
    std::vector<Memory>& memories = memories_[executable];
    // Other contents of the file are gone for good; other states of a script may come back.
    std::erase_if(memories, [&](const Memory& old) {
        return old.stamp != memory.stamp || old.selector == memory.selector;
    });
    if (memories.size() >= kMemoriesPerPath) memories.erase(memories.begin());
    memories.push_back(std::move(memory));
    is_changed_ = true;
}

// Version managers decide by files upward from the working directory, a global file, and variables.
const std::string& Facts::selector() {
    if (selector_) return *selector_;
    base::RecordWriter writer("", kFormat);
    const auto add = [&](const std::string& path) {
        const Result<base::FileStamp> stamp = base::stamp_of(path);
        if (!stamp) return;
        writer.string(path);
        encode_stamp(writer, *stamp);
    };
    for (const std::string_view name : {".python-version", ".tool-versions", "mise.toml"}) {
        for (const std::string& path : paths_upward(options_.working_directory, name))
            add(path);
        if (!options_.home.empty()) add(base::join_path(options_.home, name));
    }
    add(base::join_path(pyenv_root(options_), "version"));
    writer.string(options_.pyenv_version);
    return selector_.emplace(base::fast_hash_hex(writer.finish()));
}

void Facts::load() {
    if (is_loaded_) return;
    is_loaded_ = true;
    if (!file_.empty()) memories_ = read_file(file_);
}

Facts::Memories Facts::read_file(const std::string& path) {
    Memories memories;
    const Result<std::string> bytes = base::read_file(path, kFileLimit);
    if (!bytes) return memories;
    std::optional<base::RecordReader> reader =
        base::RecordReader::open(*bytes, kFileMagic, kFormat);
    if (!reader || reader->string() != host_identity()) return memories;
    const std::uint32_t count = reader->count();
    for (std::uint32_t i = 0; i < count && reader->good(); ++i) {
        std::string executable(reader->string());
        Memory memory;
        memory.stamp = decode_stamp(*reader);
        memory.selector = reader->string();
        memory.expires_ns = reader->i64();
        memory.is_failure = reader->boolean();
        memory.payload = reader->string();
        memories[std::move(executable)].push_back(std::move(memory));
    }
    if (!reader->complete()) memories.clear();
    return memories;
}

void Facts::save() {
    if (!is_changed_ || file_.empty()) return;
    is_changed_ = false;
    // Others may have saved since we loaded.
    for (auto& [executable, memories] : read_file(file_)) {
        memories_.try_emplace(executable, std::move(memories));
    }
    if (memories_.size() > kPathLimit) {
        std::erase_if(memories_, [](const auto& entry) { return !base::exists(entry.first); });
    }
    if (memories_.size() > kPathLimit) memories_.clear();
    std::uint32_t count = 0;
    for (const auto& [executable, memories] : memories_) {
        count += static_cast<std::uint32_t>(memories.size());
    }
    base::RecordWriter writer(kFileMagic, kFormat);
    writer.string(host_identity());
    writer.u32(count);
    for (const auto& [executable, memories] : memories_) {
        for (const Memory& memory : memories) {
            writer.string(executable);
            encode_stamp(writer, memory.stamp);
            writer.string(memory.selector);
            writer.i64(memory.expires_ns);
            writer.boolean(memory.is_failure);
            writer.string(memory.payload);
        }
    }
    if (const Result<void> written = base::write_file_atomically(file_, writer.finish());
        !written) {
        base::trace([&] { return fmt::format("facts not saved: {}", written.error().flat()); });
    }
}

}  // namespace python
