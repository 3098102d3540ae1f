// RecordText: the RECORD an installer writes, line by line. Sorted by path; of equal paths the one
// added last stays.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace install {

class RecordText {
  public:
    // `columns` are digest and size as they stand in the line: "sha256=...,12", or "," for neither.
    void add(std::string path, std::string_view columns);
    // A file that was just written with these bytes.
    void add_written(std::string path, std::string_view bytes);
    // The whole text; the object is empty afterwards.
    std::string finish();

  private:
    struct Line {
        std::string path;
        std::string columns;
        std::size_t position;
    };

    std::vector<Line> lines_;
};

// `path` as it is reached from `directory`; both absolute and normalised, by text alone.
std::string relative_path(std::string_view directory, std::string_view path);

}  // namespace install
