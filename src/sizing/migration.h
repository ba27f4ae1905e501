// What raising a partition count costs a keyed topic.
#pragma once

namespace partwise::sizing {

/// The share of the keys that change partition when a count goes from `from` to `to` >= `from`,
/// for a hash that spreads evenly: h mod from == h mod to holds for gcd / to of all hashes.
///
///   1 - gcd(from, to) / to
///
/// 0 when the count stays.
double keys_moved_share(int from, int to);

/// The least multiple of `now` that is at least `needed`: it moves the fewest keys.
int next_multiple(int now, int needed);

}  // namespace partwise::sizing
