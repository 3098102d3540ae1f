#include "python/probe.h"

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "base/trace.h"
#include "codec/json.h"
#include "python/probe_script.h"

#include <fmt/core.h>

#include <array>
#include <signal.h>

namespace python {

namespace {

using base::Result;

// Collects what is missing, so that the many reads below need one check at the end.
class Answer {
  public:
    explicit Answer(const codec::Json& json) : json_(json) {}

    std::string text(std::string_view key) const {
        const std::string* value = json_.find_string(key);
        if (value == nullptr) miss(key);
        return value == nullptr ? std::string() : *value;
    }

    bool flag(std::string_view key) const {
        const codec::Json* value = json_.find(key);
        if (value == nullptr || !value->as_boolean()) miss(key);
        return value != nullptr && value->as_boolean().value_or(false);
    }

    std::uint32_t number(std::string_view key) const {
        const codec::Json* value = json_.find(key);
        return value == nullptr ? miss(key) : integer(*value, key);
    }

    std::uint32_t number_at(std::string_view key, std::size_t position) const {
        const codec::Json* item = item_at(key, position);
        return item == nullptr ? miss(key) : integer(*item, key);
    }

    std::string text_at(std::string_view key, std::size_t position) const {
        const codec::Json* item = item_at(key, position);
        const std::string* value = item == nullptr ? nullptr : item->as_string();
        if (value == nullptr) miss(key);
        return value == nullptr ? std::string() : *value;
    }

    // The missing keys of `inner` count as ours.
    template <class Read>
    void object(std::string_view key, Read&& read) const {
        const codec::Json* value = json_.find(key);
        if (value == nullptr) {
            miss(key);
            return;
        }
        const Answer inner(*value);
        read(inner);
        if (!inner.missing_.empty()) miss(inner.missing_);
    }

    std::optional<std::string> optional_text(std::string_view key) const {
        const std::string* value = json_.find_string(key);
        return value == nullptr ? std::nullopt : std::optional(*value);
    }

    const std::string& missing() const { return missing_; }

  private:
    std::uint32_t miss(std::string_view key) const {
        if (missing_.empty()) missing_ = key;
        return 0;
    }

    std::uint32_t integer(const codec::Json& value, std::string_view key) const {
        const std::optional<std::int64_t> number = value.as_integer();
        if (!number || *number < 0 || *number > UINT32_MAX) return miss(key);
        return static_cast<std::uint32_t>(*number);
    }

    const codec::Json* item_at(std::string_view key, std::size_t position) const {
        const codec::Json* list = json_.find(key);
        const codec::JsonArray* items = list == nullptr ? nullptr : list->as_array();
        return items == nullptr || items->size() <= position ? nullptr : &(*items)[position];
    }

    const codec::Json& json_;
    mutable std::string missing_;
};

void read_markers(const Answer& answer, pep::MarkerEnvironment& markers) {
    markers.os_name = answer.text("os_name");
    markers.sys_platform = answer.text("sys_platform");
    markers.platform_machine = answer.text("platform_machine");
    markers.platform_python_implementation = answer.text("platform_python_implementation");
    markers.platform_release = answer.text("platform_release");
    markers.platform_system = answer.text("platform_system");
    markers.platform_version = answer.text("platform_version");
    markers.python_version = answer.text("python_version");
    markers.python_full_version = answer.text("python_full_version");
    markers.implementation_name = answer.text("implementation_name");
    markers.implementation_version = answer.text("implementation_version");
}

void read_paths(const Answer& answer, Interpreter& interpreter) {
    answer.object("paths", [&](const Answer& paths) {
        interpreter.paths.purelib = paths.text("purelib");
        interpreter.paths.platlib = paths.text("platlib");
        interpreter.paths.scripts = paths.text("scripts");
        interpreter.paths.data = paths.text("data");
        interpreter.paths.include = paths.text("include");
    });
    answer.object("venv", [&](const Answer& venv) {
        interpreter.venv_scheme.purelib = venv.text("purelib");
        interpreter.venv_scheme.platlib = venv.text("platlib");
        interpreter.venv_scheme.scripts = venv.text("scripts");
    });
    // Environments keep wheels' headers apart from Python's own, which they only link to.
    interpreter.venv_scheme.include =
        fmt::format("include/site/python{}", answer.text("python_version"));
}

// The ABI tag of implementations other than CPython is in the middle of their SOABI:
// "pypy310-pp73-x86_64-linux-gnu", "graalpy231-310-native-x86_64-linux".
std::string abi_of(std::string_view implementation, std::string_view soabi) {
    const std::size_t parts = implementation == "pypy" ? 2 : implementation == "graalpy" ? 3 : 0;
    std::string abi;
    std::size_t taken = 0;
    for (const std::string_view part : base::split(soabi, '-')) {
        if (taken++ == parts) break;
        abi += fmt::format("{}{}", abi.empty() ? "" : "_", part);
    }
    return abi;
}

// "linux-x86_64" -> "x86_64". A 32-bit Python on a 64-bit kernel is named after the kernel.
std::string machine_of(std::string_view platform, std::uint32_t pointer_size) {
    const std::size_t dash = platform.rfind('-');
    const std::string_view machine =
        dash == std::string_view::npos ? platform : platform.substr(dash + 1);
    if (pointer_size == 4 && machine == "x86_64") return "i686";
    if (pointer_size == 4 && machine == "aarch64") return "armv8l";
    return std::string(machine);
}

std::string key_architecture(std::string_view machine) {
    struct Name {
        std::string_view machine;
        std::string_view key;
    };

    constexpr std::array<Name, 8> kNames = {{
        {"amd64", "x86_64"},
        {"i686", "x86"},
        {"i386", "x86"},
        {"arm64", "aarch64"},
        {"armv7l", "armv7"},
        {"armv8l", "armv7"},
        {"ppc64le", "powerpc64le"},
        {"ppc64", "powerpc64"},
    }};
    for (const Name& name : kNames) {
        if (name.machine == machine) return std::string(name.key);
    }
    return std::string(machine);
}

void read_platform(const Answer& answer, Interpreter& interpreter) {
    const std::string system = answer.text("sys_platform");
    const std::string machine = machine_of(answer.text("platform"), interpreter.pointer_size);
    pep::TagInputs& tags = interpreter.tags;
    tags.arch = machine;
    interpreter.arch = key_architecture(machine);
    interpreter.libc = answer.text_at("libc", 0);
    interpreter.os = system;
    if (system == "linux") {
        tags.platform =
            interpreter.libc == "musl" ? pep::Platform::Musllinux : pep::Platform::Manylinux;
        tags.platform_major = answer.number_at("libc", 1);
        tags.platform_minor = answer.number_at("libc", 2);
        if (interpreter.arch == "armv7") interpreter.libc += "eabihf";
    } else if (system == "darwin") {
        interpreter.os = "macos";
        tags.platform = pep::Platform::Macos;
        tags.platform_major = answer.number_at("platform_numbers", 0);
        tags.platform_minor = answer.number_at("platform_numbers", 1);
    } else if (system == "win32") {
        interpreter.os = "windows";
        tags.platform = pep::Platform::Windows;
    } else {
        tags.platform = pep::Platform::Other;
        tags.platform_tag =
            base::replace_all(base::replace_all(answer.text("platform"), "-", "_"), ".", "_");
    }
}

void read_build(const Answer& answer, Interpreter& interpreter) {
    interpreter.implementation_name = answer.text("implementation_name");
    interpreter.gil_disabled = answer.flag("gil_disabled");
    interpreter.debug = answer.flag("debug");
    interpreter.pointer_size = answer.number("pointer_size");
    pep::TagInputs& tags = interpreter.tags;
    tags.implementation_name = interpreter.implementation_name;
    tags.python_major = answer.number_at("python", 0);
    tags.python_minor = answer.number_at("python", 1);
    tags.free_threaded = interpreter.gil_disabled;
    tags.debug = interpreter.debug;
    if (interpreter.implementation_name != "cpython") {
        tags.implementation_major = answer.number_at("own_version", 0);
        tags.implementation_minor = answer.number_at("own_version", 1);
        tags.abi = abi_of(interpreter.implementation_name, answer.text("soabi"));
    }
}

// The last lines of what a program wrote to standard error: the end of a traceback says most.
std::string tail_of(std::string_view text) {
    constexpr std::size_t kLines = 5;
    const std::vector<std::string_view> lines = base::split_lines(base::trim(text));
    std::string tail;
    for (std::size_t i = lines.size() > kLines ? lines.size() - kLines : 0; i < lines.size(); ++i) {
        tail += fmt::format("{}{}", tail.empty() ? "" : "\n", lines[i]);
    }
    return tail;
}

// By a signal that programs do not raise by their own faults.
bool was_killed(const base::ProcessOutput& output) {
    constexpr int kBySignal = 128;
    return output.exit_code == kBySignal + SIGKILL || output.exit_code == kBySignal + SIGTERM;
}

base::Error failure_of(const std::string& executable, const base::ProcessOutput& output) {
    // Only Python 2 and 3.3 do not know -I; what is newer and still too old says so itself.
    const bool is_ancient =
        output.error.contains("Unknown option: -I") || base::trim(output.error) == "too old";
    if (is_ancient) {
        return {
            base::ErrorKind::Failed,
            fmt::format("`{}` is older than Python 3.6, which is the oldest supported", executable)
        };
    }
    base::Error error(
        base::ErrorKind::Failed,
        fmt::format("`{}` cannot be used: it ended with status {}", executable, output.exit_code)
    );
    if (was_killed(output)) return std::move(error).cause(std::string(kKilled));
    const std::string tail = tail_of(output.error);
    if (!tail.empty()) return std::move(error).cause(tail);
    return error;
}

}  // namespace

Result<Interpreter> parse_probe_output(std::string_view output) {
    const std::size_t mark = output.rfind(kProbeMark);
    if (mark == std::string_view::npos) {
        return base::fail(base::ErrorKind::Invalid, "it did not print what it was asked for");
    }
    const std::string_view text = base::trim(output.substr(mark + kProbeMark.size()));
    const codec::Json json = TRY(codec::parse_json(text, "the interpreter's answer"));
    const Answer answer(json);
    Interpreter interpreter;
    interpreter.executable = answer.text("executable");
    interpreter.base_executable = answer.text("base_executable");
    interpreter.prefix = answer.text("prefix");
    interpreter.base_prefix = answer.text("base_prefix");
    interpreter.stdlib = answer.text("stdlib");
    interpreter.externally_managed = answer.optional_text("externally_managed");
    read_markers(answer, interpreter.markers);
    read_build(answer, interpreter);
    read_platform(answer, interpreter);
    read_paths(answer, interpreter);
    if (!answer.missing().empty()) {
        return base::fail(
            base::ErrorKind::Invalid, fmt::format("its answer lacks `{}`", answer.missing())
        );
    }
    interpreter.version = TRY(base::with_context(
        pep::Version::parse(interpreter.markers.python_full_version), "its version is none"
    ));
    return interpreter;
}

Result<Interpreter> probe_interpreter(const std::string& executable, std::int64_t timeout_ms) {
    base::trace([&] { return fmt::format("asking the interpreter `{}`", executable); });
    const base::FileStamp before = TRY(base::stamp_of(executable));
    base::ProcessRequest request;
    request.program = executable;
    request.arguments = {"-I", "-B", "-S", "-c", std::string(kProbeScript)};
    request.timeout_ms = timeout_ms;
    request.output_limit = 1U << 20U;
    Result<base::ProcessOutput> output = base::run_process(request);
    // Out of memory, or somebody else's kill: that says nothing about the interpreter, and may be over.
    if (output && was_killed(*output)) output = base::run_process(request);
    if (!output) {
        if (output.error().kind() == base::ErrorKind::Interrupted)
            return base::fail(output.error());
        return base::fail(std::move(output.error())
                              .with_kind(base::ErrorKind::Failed)
                              .context(fmt::format("`{}` cannot be used", executable)));
    }
    if (output->exit_code != 0) return base::fail(failure_of(executable, *output));
    Interpreter interpreter = TRY(base::with_context(
        parse_probe_output(output->output), fmt::format("`{}` is no usable Python", executable)
    ));
    // An embedded interpreter may not know its path.
    if (interpreter.executable.empty()) interpreter.executable = executable;
    if (interpreter.base_executable.empty()) interpreter.base_executable = interpreter.executable;
    const Result<base::FileStamp> stamp = base::stamp_of(interpreter.executable);
    interpreter.stamp = stamp ? *stamp : before;
    return interpreter;
}

}  // namespace python
