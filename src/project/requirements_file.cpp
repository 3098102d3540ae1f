#include "project/requirements_file.h"

#include "base/file.h"
#include "base/text.h"
#include "pep/wheel_filename.h"

#include <fmt/core.h>

#include <set>

namespace project {

namespace {

using base::Error;
using base::ErrorKind;
using base::fail;
using base::Result;

struct LogicalLine {
    std::string text;
    std::size_t number = 0;  // of its first physical line, from 1
};

// pip's order: join lines that end with a backslash, then take comments away (`#` at the start or
// after a blank).
std::vector<LogicalLine> logical_lines(std::string_view text) {
    std::vector<LogicalLine> lines;
    std::string joined;
    std::size_t first = 0;
    std::size_t number = 0;
    const auto finish = [&] {
        const std::string_view trimmed = base::trim(joined);
        if (!trimmed.empty()) lines.push_back({std::string(trimmed), first});
        joined.clear();
        first = 0;
    };
    for (std::string_view line : base::split_lines(text)) {
        ++number;
        if (first == 0) first = number;
        const bool is_comment = base::trim(line).starts_with('#');
        const bool continues = line.ends_with('\\') && !is_comment;
        if (continues) line.remove_suffix(1);
        const std::size_t hash =
            line.starts_with('#') ? 0 : std::min(line.find(" #"), line.find("\t#"));
        joined += line.substr(0, hash);
        if (!continues) finish();
    }
    finish();
    return lines;
}

std::string replace_variables(const std::string& text, const RequirementsReader& reader) {
    std::string result;
    std::size_t position = 0;
    while (position < text.size()) {
        const std::size_t begin = text.find("${", position);
        const std::size_t end = begin == std::string::npos ? begin : text.find('}', begin);
        if (end == std::string::npos) break;
        result += text.substr(position, begin - position);
        const std::string name = text.substr(begin + 2, end - begin - 2);
        const std::optional<std::string> value =
            reader.variable ? reader.variable(name) : std::nullopt;
        result += value ? *value : text.substr(begin, end - begin + 1);
        position = end + 1;
    }
    return result + text.substr(std::min(position, text.size()));
}

bool is_remote(std::string_view path) {
    return path.starts_with("http://") || path.starts_with("https://");
}

std::string directory_of(const std::string& path) {
    return std::string(base::parent_path(path));
}

// Reads one file and what it names; `open` holds the files being read, to see circles.
class FileReader {
  public:
    FileReader(const RequirementsReader& reader, RequirementsFile& result)
        : reader_(reader), result_(result) {}

    enum class Role { Requirements, Constraints };

    Result<void> read(const std::string& path, Role role) {
        if (!open_.insert(path).second) {
            return fail(
                ErrorKind::Usage, fmt::format("the requirements file `{}` includes itself", path)
            );
        }
        const std::string text = TRY(reader_.read(path));
        for (const LogicalLine& line : logical_lines(text)) {
            TRY(base::with_context(
                take_line(replace_variables(line.text, reader_), {path, line.number}, role),
                fmt::format("failed to read line {} of `{}`", line.number, path)
            ));
        }
        open_.erase(path);
        return {};
    }

  private:
    struct Place {
        const std::string& path;
        std::size_t line;
    };

    // The value of `-r file`, `-rfile`, `--requirement file` or `--requirement=file`.
    static std::optional<std::string> option_value(
        std::string_view line, std::string_view short_name, std::string_view long_name
    ) {
        for (const std::string_view name : {short_name, long_name}) {
            if (name.empty() || !line.starts_with(name)) continue;
            std::string_view rest = line.substr(name.size());
            const bool is_long = name.starts_with("--");
            if (is_long && !rest.empty() && rest.front() != '=' && rest.front() != ' ') continue;
            if (!rest.empty() && rest.front() == '=') rest.remove_prefix(1);
            return std::string(base::trim(rest));
        }
        return std::nullopt;
    }

    std::string beside(const std::string& file, const Place& place) const {
        if (is_remote(file) || base::is_absolute(file)) return file;
        const std::string directory = directory_of(place.path);
        return is_remote(place.path) ? fmt::format("{}/{}", directory, file)
                                     : base::join_path(directory, file);
    }

    Result<void> take_line(const std::string& line, const Place& place, Role role) {
        if (line.front() == '-') return take_option(line, place, role);
        std::string_view rest = line;
        std::vector<base::HashDigest> hashes;
        const std::size_t options = rest.find(" --");
        if (options != std::string_view::npos) {
            hashes = TRY(read_hashes(rest.substr(options)));
            rest = base::trim(rest.substr(0, options));
        }
        const std::string directory =
            is_remote(place.path) ? std::string() : directory_of(place.path);
        FileRequirement entry{TRY(parse_loose_requirement(rest, directory)), std::move(hashes), {}};
        entry.origin = fmt::format("{}:{}", place.path, place.line);
        (role == Role::Constraints ? result_.constraints : result_.requirements)
            .push_back(std::move(entry));
        return {};
    }

    static Result<std::vector<base::HashDigest>> read_hashes(std::string_view options) {
        std::vector<base::HashDigest> hashes;
        std::vector<std::string_view> words = base::split_whitespace(options);
        for (std::size_t i = 0; i < words.size(); ++i) {
            std::string_view word = words[i];
            if (word == "--hash" && i + 1 < words.size()) {
                word = words[++i];
            } else if (word.starts_with("--hash=")) {
                word.remove_prefix(7);
            } else {
                return fail(
                    ErrorKind::Usage,
                    fmt::format("`{}` is not supported behind a requirement", word)
                );
            }
            hashes.push_back(TRY(base::HashDigest::parse(word)));
        }
        return hashes;
    }

    Result<void> take_option(const std::string& line, const Place& place, Role role) {
        if (const auto file = option_value(line, "-r", "--requirement"))
            return read(beside(*file, place), role);
        if (const auto file = option_value(line, "-c", "--constraint"))
            return read(beside(*file, place), Role::Constraints);
        if (const auto url = option_value(line, "-i", "--index-url")) {
            result_.index_url = *url;
        } else if (const auto extra = option_value(line, "", "--extra-index-url")) {
            result_.extra_index_urls.push_back(*extra);
        } else if (const auto place_of_files = option_value(line, "-f", "--find-links")) {
            result_.find_links.push_back(beside(*place_of_files, place));
        } else if (line == "--no-index") {
            result_.no_index = true;
        } else if (option_value(line, "-e", "--editable")) {
            return fail(
                Error(ErrorKind::Unsupported, "editable requirements cannot be installed yet")
                    .hint("build a wheel of the project and name that")
            );
        } else if (!is_harmless(line)) {
            return fail(
                ErrorKind::Usage, fmt::format("unknown option `{}`", line.substr(0, line.find(' ')))
            );
        }
        return {};
    }

    // Options of pip that change nothing about which packages are wanted.
    static bool is_harmless(std::string_view line) {
        static constexpr std::string_view kHarmless[] = {
            "--prefer-binary",
            "--require-hashes",
            "--trusted-host",
            "--use-feature",
            "--no-binary",
            "--only-binary",
            "--pre",
        };
        for (const std::string_view option : kHarmless) {
            if (line == option || (line.starts_with(option) &&
                                   std::string_view(" =").contains(line[option.size()]))) {
                return true;
            }
        }
        return false;
    }

    const RequirementsReader& reader_;
    RequirementsFile& result_;
    std::set<std::string> open_;
};

// No name of a package has a slash in it.
bool looks_like_path(std::string_view text) {
    const std::string_view first = text.substr(0, text.find_first_of(" ;[@<>=!~"));
    return text.starts_with('.') || first.contains('/') || text.starts_with("file:") ||
           first.ends_with(".whl");
}

// Splits "path-or-url[extra] ; marker" into its parts.
Result<pep::Requirement> requirement_of_place(std::string_view text, const std::string& directory) {
    const std::size_t marker_at = text.find(" ;");
    std::string_view place = base::trim(text.substr(0, marker_at));
    std::string_view extras;
    if (place.ends_with(']') && place.contains('[')) {
        extras = place.substr(place.rfind('['));
        place.remove_suffix(extras.size());
    }
    std::string url(place);
    const bool is_url = place.contains("://");
    const std::string path =
        is_url ? std::string() : base::normalize_path(base::join_path(directory, place));
    if (!is_url) url = fmt::format("file://{}", path);
    std::string_view file = place.substr(0, place.find_first_of("#?"));
    file = base::file_name(file);
    if (!is_url && !base::exists(path))
        return fail(ErrorKind::Failed, fmt::format("Distribution not found at: {}", url));
    if (!file.ends_with(".whl")) {
        return fail(
            Error(
                ErrorKind::Unsupported,
                fmt::format("`{}` is no wheel, and building from source is not possible yet", place)
            )
                .hint("build a wheel first and name its file")
        );
    }
    const pep::WheelFilename wheel =
        TRY(pep::WheelFilename::parse(base::replace_all(file, "%2B", "+")));
    std::string full = fmt::format("{}{} @ {}", wheel.name.text(), extras, url);
    if (marker_at != std::string_view::npos)
        full += fmt::format(" ;{}", text.substr(marker_at + 2));
    return pep::Requirement::parse(full);
}

// `name @ some/path`: uv reads what is no URL as a path.
Result<pep::Requirement> with_absolute_url(
    pep::Requirement requirement, const std::string& directory
) {
    if (!requirement.url || requirement.url->contains(':')) return requirement;
    const std::string path = base::normalize_path(base::join_path(directory, *requirement.url));
    const std::string url = fmt::format("file://{}", path);
    if (!base::exists(path))
        return fail(ErrorKind::Failed, fmt::format("Distribution not found at: {}", url));
    requirement.url = url;
    return requirement;
}

}  // namespace

Result<RequirementsFile> read_requirements_file(
    const std::string& path, const RequirementsReader& reader
) {
    RequirementsFile result;
    TRY(FileReader(reader, result).read(path, FileReader::Role::Requirements));
    return result;
}

Result<pep::Requirement> parse_loose_requirement(
    std::string_view text, const std::string& directory
) {
    text = base::trim(text);
    const bool is_url = text.starts_with("http://") || text.starts_with("https://");
    if (is_url || looks_like_path(text)) return requirement_of_place(text, directory);
    if (text.starts_with("git+")) {
        return fail(Error(
                        ErrorKind::Unsupported,
                        "requirements from git repositories cannot be installed yet"
        )
                        .hint("build a wheel of it and name that"));
    }
    base::Result<pep::Requirement> requirement = pep::Requirement::parse(text);
    if (requirement) return with_absolute_url(std::move(*requirement), directory);
    return fail(Error(ErrorKind::Usage, fmt::format("failed to parse: `{}`", text))
                    .cause(requirement.error().flat()));
}

}  // namespace project
