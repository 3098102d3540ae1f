#include "ops/run_target.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/zip.h"

#include <algorithm>

namespace ops {

namespace {

bool is_url(const std::string& text) {
    return base::starts_with_ignoring_case(text, "http://") ||
           base::starts_with_ignoring_case(text, "https://");
}

bool has_python_extension(const std::string& path) {
    static constexpr std::string_view kExtensions[] = {".py", ".pyw", ".pyc"};
    return std::ranges::any_of(kExtensions, [&](std::string_view extension) {
        return path.ends_with(extension);
    });
}

TargetKind guess(const std::string& word) {
    if (is_url(word) && !base::exists(word)) return TargetKind::Remote;
    if (base::equals_ignoring_case(word, "python")) return TargetKind::Interpreter;
    if (has_python_extension(word) && base::is_regular_file(word)) return TargetKind::Script;
    if (base::is_directory(word)) {
        return base::is_regular_file(base::join_path(word, "__main__.py")) ? TargetKind::Package
                                                                           : TargetKind::Command;
    }
    return is_zip_application(word) ? TargetKind::Archive : TargetKind::Command;
}

}  // namespace

bool is_zip_application(const std::string& path) {
    if (!base::is_regular_file(path)) return false;
    auto source = codec::FileSource::open(path);
    if (!source) return false;
    const auto archive =
        codec::ZipReader::open(*source, {.slack = codec::ZipSlack::AllowBeforeFirst});
    if (!archive) return false;
    return (*archive)->find("__main__.py") != nullptr;
}

base::Result<RunTarget> classify_target(const std::vector<std::string>& words, TargetMode mode) {
    RunTarget target;
    if (words.empty()) {
        if (mode == TargetMode::Module)
            return base::fail(base::ErrorKind::Usage, "`-m` needs the name of a module");
        return target;
    }
    target.what = words.front();
    target.arguments.assign(words.begin() + 1, words.end());
    if (target.what == "-") {
        if (mode == TargetMode::Module) {
            return base::fail(base::ErrorKind::Usage, "Cannot run a Python module from stdin");
        }
        target.kind = TargetKind::StandardInput;
    } else if (mode == TargetMode::Module) {
        target.kind = TargetKind::Module;
    } else if (mode == TargetMode::Script) {
        target.kind = is_url(target.what) && !base::exists(target.what) ? TargetKind::Remote
                                                                        : TargetKind::Script;
    } else {
        target.kind = guess(target.what);
    }
    return target;
}

}  // namespace ops
