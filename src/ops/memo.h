// What a warm run needs to know, remembered from the cold one: which environment answers a request,
// until when, and what to start in it. Stored as one small checked file for each request; damage is
// a miss.
//
// A request is known by its fingerprint: everything that could change the answer goes into it
// (words of the command line, contents of configuration files, the interpreter's identity, the
// script's block). What only changes appearance stays out.
#pragma once

#include "python/interpreter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ops {

class Fingerprint {
  public:
    explicit Fingerprint(std::string_view kind);

    // Each part with a name, so that moving text from one part to the next changes the result.
    Fingerprint& add(std::string_view name, std::string_view value);
    Fingerprint& add(std::string_view name, std::uint64_t value);
    // A key for the store: "<kind>-<32 hex digits>".
    std::string key() const;

  private:
    std::string kind_;
    std::string bytes_;
};

// A file that takes part in an answer: its path and stamp. One that is not there adds nothing.
void add_file_stamp(Fingerprint& fingerprint, const std::string& path);
// An interpreter by its path (the one it is called by, or its base's), version and stamp.
void add_interpreter(
    Fingerprint& fingerprint, const std::string& path, const python::Interpreter& interpreter
);

struct Memo {
    std::string environment;  // content key of the body
    std::int64_t expiry =
        INT64_MAX;  // seconds of the wall clock from which on the answer must be asked for again
    std::string program;  // path below the body; empty: look the command up on the child's PATH
    std::string script;   // path below the body of a script that was downloaded; or empty
    std::vector<std::string> warnings;  // to be repeated each time

    std::string encode() const;
    static std::optional<Memo> decode(std::string_view bytes);
};

}  // namespace ops
