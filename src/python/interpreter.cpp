#include "python/interpreter.h"

#include "python/implementation.h"
#include "python/stamp_record.h"

#include <fmt/core.h>

namespace python {

namespace {

// One list of the text fields serves reading and writing, so that they cannot disagree.
template <class Object, class Visit>
void visit_texts(Object& object, Visit&& visit) {
    for (auto* text :
         {&object.executable,
          &object.base_executable,
          &object.prefix,
          &object.base_prefix,
          &object.implementation_name,
          &object.stdlib,
          &object.os,
          &object.arch,
          &object.libc,
          &object.markers.os_name,
          &object.markers.sys_platform,
          &object.markers.platform_machine,
          &object.markers.platform_python_implementation,
          &object.markers.platform_release,
          &object.markers.platform_system,
          &object.markers.platform_version,
          &object.markers.python_version,
          &object.markers.python_full_version,
          &object.markers.implementation_name,
          &object.markers.implementation_version,
          &object.tags.implementation_name,
          &object.tags.abi,
          &object.tags.arch,
          &object.tags.platform_tag}) {
        visit(*text);
    }
    for (auto* paths : {&object.paths, &object.venv_scheme}) {
        for (auto* text :
             {&paths->purelib, &paths->platlib, &paths->scripts, &paths->data, &paths->include}) {
            visit(*text);
        }
    }
}

template <class Object, class Visit>
void visit_numbers(Object& object, Visit&& visit) {
    for (auto* number :
         {&object.tags.python_major,
          &object.tags.python_minor,
          &object.tags.implementation_major,
          &object.tags.implementation_minor,
          &object.tags.platform_major,
          &object.tags.platform_minor,
          &object.pointer_size}) {
        visit(*number);
    }
}

}  // namespace

Variant Interpreter::variant() const {
    if (gil_disabled) return debug ? Variant::FreeThreadedDebug : Variant::FreeThreaded;
    return debug ? Variant::Debug : Variant::Default;
}

std::uint32_t Interpreter::patch() const {
    std::uint32_t position = 0;
    for (const std::uint64_t number : version.release()) {
        if (position++ == 2) return static_cast<std::uint32_t>(number);
    }
    return 0;
}

void Interpreter::encode(base::RecordWriter& writer) const {
    visit_texts(*this, [&](const std::string& text) { writer.string(text); });
    visit_numbers(*this, [&](std::uint32_t number) { writer.u32(number); });
    writer.u8(static_cast<std::uint8_t>(tags.platform));
    writer.boolean(gil_disabled);
    writer.boolean(debug);
    writer.boolean(externally_managed.has_value());
    writer.string(externally_managed.value_or(""));
    encode_stamp(writer, stamp);
}

std::optional<Interpreter> Interpreter::decode(base::RecordReader& reader) {
    Interpreter interpreter;
    visit_texts(interpreter, [&](std::string& text) { text = reader.string(); });
    visit_numbers(interpreter, [&](std::uint32_t& number) { number = reader.u32(); });
    const std::uint8_t platform = reader.u8();
    interpreter.tags.platform = static_cast<pep::Platform>(platform);
    interpreter.gil_disabled = reader.boolean();
    interpreter.debug = reader.boolean();
    const bool managed = reader.boolean();
    std::string text(reader.string());
    if (managed) interpreter.externally_managed = std::move(text);
    interpreter.tags.free_threaded = interpreter.gil_disabled;
    interpreter.tags.debug = interpreter.debug;
    interpreter.stamp = decode_stamp(reader);
    // The version is kept as one of the markers and read again.
    const base::Result<pep::Version> version =
        pep::Version::parse(interpreter.markers.python_full_version);
    const bool is_platform_known = platform <= static_cast<std::uint8_t>(pep::Platform::Other);
    if (!reader.good() || !version || !is_platform_known) return std::nullopt;
    interpreter.version = *version;
    return interpreter;
}

std::string_view text_of(Variant variant) {
    switch (variant) {
        case Variant::Default:
            return "default";
        case Variant::FreeThreaded:
            return "freethreaded";
        case Variant::Debug:
            return "debug";
        case Variant::FreeThreadedDebug:
            return "freethreaded+debug";
    }
    return "default";
}

std::string implementation_title(const Interpreter& interpreter) {
    const std::optional<Implementation> known =
        implementation_from_name(interpreter.implementation_name, NameLength::LongOnly);
    return known ? std::string(title_of(*known)) : interpreter.implementation_name;
}

std::string installation_key(const Interpreter& interpreter) {
    std::string variant;
    if (interpreter.variant() != Variant::Default) {
        variant = fmt::format("+{}", text_of(interpreter.variant()));
    }
    return fmt::format(
        "{}-{}{}-{}-{}-{}",
        interpreter.implementation_name,
        interpreter.version.to_string(),
        variant,
        interpreter.os,
        interpreter.arch,
        interpreter.libc
    );
}

}  // namespace python
