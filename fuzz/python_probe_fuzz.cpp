// layer: python
// What a program prints is nothing to trust; what was understood of it survives a record.
#include "base/check.h"
#include "base/record.h"
#include "python/probe.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto interpreter = python::parse_probe_output(text);
    if (!interpreter) return 0;
    base::RecordWriter writer("FUZZ", 1);
    interpreter->encode(writer);
    const std::string bytes = writer.finish();
    auto reader = base::RecordReader::open(bytes, "FUZZ", 1);
    CHECK(reader.has_value(), "the record does not open");
    const auto decoded = python::Interpreter::decode(*reader);
    CHECK(decoded && *decoded == *interpreter && reader->complete(), "the record is another");
    return 0;
}
