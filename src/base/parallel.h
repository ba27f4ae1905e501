// The same work on many items, some at a time.
#pragma once

#include <cstddef>
#include <functional>

namespace partwise {

/// Calls work(0) ... work(items - 1), at most `most` at a time, and returns when all are done. The
/// caller's thread works, too, so that all is done where no other thread can be had. What a call
/// throws ends no other; the first of it is thrown at the end.
void in_parallel(std::size_t items, std::size_t most, const std::function<void(std::size_t)>& work);

}  // namespace partwise
