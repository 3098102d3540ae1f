// WheelBuilder: makes wheels inside a test, honest ones by default and lying ones on request. Uses
// base only.
//
//     WheelBuilder wheel("demo", "1.0");
//     wheel.file("demo/__init__.py", "x = 1\n").entry_points("[console_scripts]\ndemo =
//     demo:main\n"); const std::string path = wheel.write_to(directory);      //
//     <directory>/demo-1.0-py3-none-any.whl
//
// METADATA, WHEEL and RECORD are made unless the test brings its own. Members are stored, not
// compressed: what reads compressed ones is tested beside the ZIP reader.
#pragma once

#include "base/file.h"
#include "base/hash.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct ArchiveMember {
    std::string name;
    std::string content;
    std::uint32_t mode = 0100644;  // st_mode
};

inline std::uint32_t crc32_of(std::string_view bytes) {
    std::uint32_t crc = 0xffffffffU;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ (0xedb88320U & (0U - (crc & 1U)));
    }
    return ~crc;
}

// A ZIP archive of stored members in the given order (APPNOTE 6.3.10, 4.3.7, 4.3.12, 4.3.16).
inline std::string zip_archive_of(const std::vector<ArchiveMember>& members) {
    std::string archive;
    std::string directory;
    const auto number = [](std::string& out, std::uint64_t value, int bytes) {
        for (int i = 0; i < bytes; ++i)
            out += static_cast<char>(value >> (8U * static_cast<unsigned>(i)));
    };
    // From "version needed" to "extra field length", which both headers share.
    const auto shared_fields = [&](std::string& out, const ArchiveMember& member) {
        constexpr std::uint16_t kUtf8Names = 1U << 11U;
        constexpr std::uint16_t kDate = 0x5021;  // 2020-01-01
        number(out, 20, 2);
        number(out, kUtf8Names, 2);
        number(out, 0, 2);
        number(out, 0, 2);
        number(out, kDate, 2);
        number(out, crc32_of(member.content), 4);
        number(out, member.content.size(), 4);
        number(out, member.content.size(), 4);
        number(out, member.name.size(), 2);
        number(out, 0, 2);
    };
    for (const ArchiveMember& member : members) {
        const std::size_t offset = archive.size();
        archive += "PK\3\4";
        shared_fields(archive, member);
        archive += member.name + member.content;

        directory += "PK\1\2";
        number(directory, 0x031e, 2);  // made on Unix
        shared_fields(directory, member);
        number(directory, 0, 2);  // comment
        number(directory, 0, 2);  // disk
        number(directory, 0, 2);  // internal attributes
        number(directory, std::uint64_t{member.mode} << 16U, 4);
        number(directory, offset, 4);
        directory += member.name;
    }
    const std::size_t directory_offset = archive.size();
    archive += directory;
    archive += "PK\5\6";
    number(archive, 0, 4);
    number(archive, members.size(), 2);
    number(archive, members.size(), 2);
    number(archive, directory.size(), 4);
    number(archive, directory_offset, 4);
    number(archive, 0, 2);
    return archive;
}

class WheelBuilder {
  public:
    WheelBuilder(std::string name, std::string version)
        : name_(std::move(name)), version_(std::move(version)), stem_(name_ + "-" + version_) {}

    WheelBuilder& file(std::string path, std::string content, std::uint32_t mode = 0100644) {
        members_.push_back({std::move(path), std::move(content), mode});
        return *this;
    }

    // A member of X.dist-info or X.data.
    WheelBuilder& in_dist_info(const std::string& path, std::string content) {
        return file(dist_info() + "/" + path, std::move(content));
    }

    WheelBuilder& in_data(
        const std::string& path, std::string content, std::uint32_t mode = 0100644
    ) {
        return file(stem_ + ".data/" + path, std::move(content), mode);
    }

    WheelBuilder& entry_points(std::string text) {
        return in_dist_info("entry_points.txt", std::move(text));
    }

    // "Requires-Dist" lines of METADATA.
    WheelBuilder& needs(const std::string& requirement) {
        requirements_ += "Requires-Dist: " + requirement + "\n";
        return *this;
    }

    // Takes the place of the generated file; without content it is left out altogether.
    WheelBuilder& metadata(std::string text) { return replace(metadata_, std::move(text)); }

    WheelBuilder& wheel_file(std::string text) { return replace(wheel_, std::move(text)); }

    WheelBuilder& record(std::string text) { return replace(record_, std::move(text)); }

    WheelBuilder& without_record() {
        has_record_ = false;
        return *this;
    }

    // Leaves one member out of the generated RECORD.
    WheelBuilder& unlisted(std::string path) {
        unlisted_.push_back(std::move(path));
        return *this;
    }

    // Added to the generated RECORD as it is.
    WheelBuilder& record_line(const std::string& line) {
        extra_record_ += line + "\n";
        return *this;
    }

    // The directory's name without ".dist-info", when it is not the file's.
    WheelBuilder& dist_info_stem(std::string stem) {
        stem_ = std::move(stem);
        return *this;
    }

    std::string dist_info() const { return stem_ + ".dist-info"; }

    std::string file_name() const { return name_ + "-" + version_ + "-py3-none-any.whl"; }

    static std::string record_line_of(const std::string& path, const std::string& content) {
        const std::string digest = base::to_base64url(base::sha256(content));
        return path + ",sha256=" + digest + "," + std::to_string(content.size()) + "\n";
    }

    std::string bytes() const {
        std::vector<ArchiveMember> members = members_;
        add_generated(
            members,
            "METADATA",
            metadata_,
            "Metadata-Version: 2.1\nName: " + name_ + "\nVersion: " + version_ + "\n" +
                requirements_
        );
        add_generated(
            members,
            "WHEEL",
            wheel_,
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        );
        if (has_record_) add_generated(members, "RECORD", record_, record_of(members));
        return zip_archive_of(members);
    }

    // Returns the path of the wheel.
    std::string write_to(const std::string& directory) const {
        const std::string path = base::join_path(directory, file_name());
        if (!base::write_file(path, bytes())) throw std::runtime_error("cannot write " + path);
        return path;
    }

  private:
    struct Replacement {
        bool is_set = false;
        std::string text;
    };

    WheelBuilder& replace(Replacement& replacement, std::string text) {
        replacement = {true, std::move(text)};
        return *this;
    }

    void add_generated(
        std::vector<ArchiveMember>& members,
        const std::string& name,
        const Replacement& replacement,
        std::string generated
    ) const {
        if (replacement.is_set && replacement.text.empty()) return;
        members.push_back(
            {dist_info() + "/" + name, replacement.is_set ? replacement.text : std::move(generated)}
        );
    }

    std::string record_of(const std::vector<ArchiveMember>& members) const {
        std::string record;
        for (const ArchiveMember& member : members) {
            const bool is_unlisted = std::ranges::find(unlisted_, member.name) != unlisted_.end();
            if (is_unlisted || member.name.ends_with('/')) continue;
            record += record_line_of(member.name, member.content);
        }
        return record + extra_record_ + dist_info() + "/RECORD,,\n";
    }

    std::string name_;
    std::string version_;
    std::string stem_;
    std::vector<ArchiveMember> members_;
    std::string requirements_;
    std::string extra_record_;
    Replacement metadata_;
    Replacement wheel_;
    Replacement record_;
    bool has_record_ = true;
    std::vector<std::string> unlisted_;
};
