// Names of projects and of their extras, normalised.
//
// A valid name is made of ASCII letters, digits, "-", "_" and "." and begins and ends with a
// letter or digit (core metadata specification, "Name"). Two spellings are the same name when they
// agree after PEP 503 normalisation: lower case, every run of "-", "_" and "." one "-". Only the
// normalised text is kept.
#pragma once

#include "base/result.h"

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace pep {

// The normalised text of a name that is already known to be valid.
std::string normalize_name(std::string_view name);
bool is_valid_name(std::string_view text);

class PackageName {
  public:
    // The empty name, which no valid name equals.
    PackageName() = default;

    // Errors: Invalid.
    static base::Result<PackageName> parse(std::string_view text);

    const std::string& text() const { return text_; }

    // As it stands in file names of wheels and their dist-info directories: "_" for "-".
    std::string file_text() const;

    auto operator<=>(const PackageName&) const = default;

  private:
    explicit PackageName(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

class ExtraName {
  public:
    ExtraName() = default;

    // Errors: Invalid.
    static base::Result<ExtraName> parse(std::string_view text);

    const std::string& text() const { return text_; }

    auto operator<=>(const ExtraName&) const = default;

  private:
    explicit ExtraName(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace pep

template <>
struct std::hash<pep::PackageName> {
    std::size_t operator()(const pep::PackageName& name) const noexcept {
        return std::hash<std::string>()(name.text());
    }
};

template <>
struct std::hash<pep::ExtraName> {
    std::size_t operator()(const pep::ExtraName& name) const noexcept {
        return std::hash<std::string>()(name.text());
    }
};
