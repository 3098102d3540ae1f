#include "install/record_text.h"

#include "base/hash.h"
#include "base/text.h"
#include "codec/wheel_record.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <utility>

namespace install {

namespace {

// Few paths need quotes; those that do are quoted by the codec.
void append_path(std::string& text, const std::string& path) {
    if (path.find_first_of(",\"\r\n") == std::string::npos) {
        text += path;
        return;
    }
    constexpr std::string_view kNoColumns = ",,\n";
    const codec::RecordEntry entry{.path = path};
    std::string line = codec::format_wheel_record(std::span(&entry, 1));
    line.resize(line.size() - kNoColumns.size());
    text += line;
}

}  // namespace

void RecordText::add(std::string path, std::string_view columns) {
    lines_.push_back({std::move(path), std::string(columns), lines_.size()});
}

void RecordText::add_written(std::string path, std::string_view bytes) {
    const std::string digest = base::to_base64url(base::sha256(bytes));
    add(std::move(path), fmt::format("sha256={},{}", digest, bytes.size()));
}

std::string RecordText::finish() {
    std::ranges::sort(lines_, {}, [](const Line& line) {
        return std::pair(std::string_view(line.path), line.position);
    });
    std::string text;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        if (i + 1 < lines_.size() && lines_[i + 1].path == lines_[i].path) continue;
        append_path(text, lines_[i].path);
        text += ',';
        text += lines_[i].columns;
        text += '\n';
    }
    lines_.clear();
    return text;
}

std::string relative_path(std::string_view directory, std::string_view path) {
    const std::vector<std::string_view> from = base::split(directory, '/');
    const std::vector<std::string_view> to = base::split(path, '/');
    const auto [from_rest, to_rest] = std::ranges::mismatch(from, to);
    std::string relative;
    for (auto part = from_rest; part != from.end(); ++part)
        relative += "../";
    for (auto part = to_rest; part != to.end(); ++part) {
        if (part != to_rest) relative += '/';
        relative += *part;
    }
    return relative;
}

}  // namespace install
