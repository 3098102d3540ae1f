// Placeholder definitions until each file of the module lands.
#include "python/discovery.h"
#include "python/pin.h"
#include "python/venv.h"

namespace python {

static base::Error unfinished() {
    return {base::ErrorKind::Unsupported, "unfinished"};
}

std::string_view text_of(Variant) {
    return "default";
}

std::string installation_key(const Interpreter&) {
    return {};
}

std::string implementation_title(const Interpreter&) {
    return {};
}

Variant Interpreter::variant() const {
    return Variant::Default;
}

std::uint32_t Interpreter::patch() const {
    return 0;
}

void Interpreter::encode(base::RecordWriter&) const {}

Interpreter Interpreter::decode(base::RecordReader&) {
    return {};
}

std::string_view name_of(Implementation) {
    return {};
}

std::optional<Implementation> implementation_from_name(std::string_view) {
    return {};
}

bool VersionRequest::allows_prereleases() const {
    return false;
}

bool VersionRequest::contains(const pep::Version&) const {
    return false;
}

bool VersionRequest::matches(const Interpreter&) const {
    return false;
}

std::string VersionRequest::to_string() const {
    return {};
}

base::Result<PythonRequest> PythonRequest::parse(std::string_view) {
    return base::fail(unfinished());
}

PythonRequest PythonRequest::from_specifiers(pep::Specifiers) {
    return {};
}

bool PythonRequest::matches(const Interpreter&) const {
    return false;
}

bool PythonRequest::is_disjoint_from(const pep::Specifiers&) const {
    return false;
}

std::string PythonRequest::canonical() const {
    return {};
}

std::string PythonRequest::describe() const {
    return {};
}

base::Result<std::optional<PythonRequest>> parse_tool_python(std::string_view) {
    return base::fail(unfinished());
}

std::string_view text_of(Source) {
    return {};
}

base::Result<Found> find(const PythonRequest&, const DiscoveryOptions&) {
    return base::fail(unfinished());
}

base::Result<Interpreter> find_interpreter(const PythonRequest&, const DiscoveryOptions&) {
    return base::fail(unfinished());
}

base::Result<Listing> list_interpreters(const PythonRequest&, const DiscoveryOptions&) {
    return base::fail(unfinished());
}

std::optional<Interpreter> recall_interpreter(const PythonRequest&, const DiscoveryOptions&) {
    return {};
}

base::Result<Interpreter> environment_interpreter(const std::string&, const DiscoveryOptions&) {
    return base::fail(unfinished());
}

VenvLayout venv_layout(const std::string&, const Interpreter&) {
    return {};
}

base::Result<VenvTarget> look_at_venv_target(const std::string&) {
    return base::fail(unfinished());
}

base::Result<VenvLayout> create_venv(const std::string&, const Interpreter&, const VenvOptions&) {
    return base::fail(unfinished());
}

std::vector<PythonRequest> parse_pin_file(std::string_view) {
    return {};
}

base::Result<std::optional<PinFile>> find_pin(const PinOptions&) {
    return base::fail(unfinished());
}

base::Result<std::optional<PinFile>> find_local_pin(const PinOptions&) {
    return base::fail(unfinished());
}

base::Result<std::optional<PinFile>> find_global_pin(const PinOptions&) {
    return base::fail(unfinished());
}

}  // namespace python
