// Result<T>: a value or an Error. TRY(expression) gives the value or returns the error from the function.
//
//     Result<Page> read(...) {
//         std::string text = TRY(base::read_file(path));
//         TRY(check(text));               // Result<void>
//         return parse(text);
//     }
//
// The monadic part of std::expected is missing in GCC 12; use TRY and if. `fail(...)` makes the error branch.
#pragma once

#include "base/error.h"

#include <expected>
#include <string>
#include <utility>

namespace base {

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(std::move(error));
}

inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
    return std::unexpected<Error>(Error(kind, std::move(message)));
}

inline std::unexpected<Error> fail_errno(int error_number, std::string message) {
    return std::unexpected<Error>(errno_error(error_number, std::move(message)));
}

// Adds one line of context to the error of a result, if it has one.
template <class T>
[[nodiscard]] Result<T> with_context(Result<T> result, std::string message) {
    if (!result) return fail(std::move(result.error()).context(std::move(message)));
    return result;
}

}  // namespace base

// The counter gives nested uses names of their own.
#define TRY(expression) BASE_TRY_NAMED(expression, BASE_TRY_JOIN(try_result_, __COUNTER__))
#define BASE_TRY_JOIN(prefix, number) BASE_TRY_JOIN_EXPANDED(prefix, number)
#define BASE_TRY_JOIN_EXPANDED(prefix, number) prefix##number
#define BASE_TRY_NAMED(expression, name)                                \
    __extension__({                                                     \
        auto&& name = (expression);                                     \
        if (!name) return ::std::unexpected(::std::move(name).error()); \
        ::std::move(name).value();                                      \
    })
