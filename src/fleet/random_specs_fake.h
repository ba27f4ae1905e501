// Any demand and any topic, for tests by property.
#pragma once

#include <vector>

#include "base/random.h"
#include "fleet/topic_spec.h"

namespace partwise::fleet {

inline Millis random_millis(Random& random, Millis most) {
  return Millis{random.below(most.count())};
}

inline DemandShape random_shape(Random& random) {
  using std::chrono::hours;
  const double rate = random.uniform() < 0.3 ? 0.01 * random.uniform() : 50'000 * random.uniform();
  const bool extreme = random.uniform() < 0.2;
  switch (random.below(6)) {
    case 0:
      return Flat{rate};
    case 1:
      return Diurnal{rate, extreme ? 1 : random.uniform(), 24 * random.uniform()};
    case 2:
      return Weekly{rate, extreme ? 0 : 2 * random.uniform()};
    case 3:
      return Trend{extreme ? 0 : rate, rate * random.uniform(),
                   Millis{60'000} + random_millis(random, hours(48))};
    case 4: {
      const auto lasts = Millis{1} + random_millis(random, hours(2));
      return Burst{rate, random_millis(random, hours(48)), lasts,
                   extreme ? Millis{0} : lasts + random_millis(random, hours(12))};
    }
    default:
      return OnOff{rate, Millis{1} + random_millis(random, hours(2)),
                   random_millis(random, hours(2)), random_millis(random, hours(4))};
  }
}

inline std::vector<DemandComponent> random_demand(Random& random) {
  std::vector<DemandComponent> demand;
  const auto count = 1 + random.below(3);
  for (int i = 0; i < count; ++i) {
    DemandComponent component{random_shape(random)};
    if (random.uniform() < 0.3) component.from = random_millis(random, std::chrono::hours(24));
    if (random.uniform() < 0.3) {
      component.until = component.from + random_millis(random, std::chrono::hours(36));
    }
    demand.push_back(component);
  }
  return demand;
}

/// Any moment of 2026, to the millisecond.
inline Instant random_start(Random& random) {
  constexpr Instant year{Millis{1'767'225'600'000}};
  return year + random_millis(random, std::chrono::hours(24 * 365));
}

}  // namespace partwise::fleet
