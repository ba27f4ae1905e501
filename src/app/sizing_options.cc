#include "app/sizing_options.h"

#include "base/text.h"

namespace partwise::app {

namespace {

// Those for whose names `wanted` is true.
template <class Wanted>
sizing::SizingSettings filled(sizing::SizingSettings settings, const config::OptionValues& values,
                              const Wanted& wanted) {
  if (wanted("model")) {
    settings.model =
        lowered(values.text("model")) == "ratio" ? sizing::Model::ratio : sizing::Model::capacity;
  }
  if (wanted("consumer_throughput"))
    settings.consumer_capacity = values.rate("consumer_throughput");
  if (wanted("producer_throughput"))
    settings.producer_capacity = values.rate("producer_throughput");
  if (wanted("required_consumption_throughput_factor")) {
    settings.factor = values.number("required_consumption_throughput_factor");
  }
  if (wanted("min_consumption_throughput")) {
    settings.threshold = values.rate("min_consumption_throughput");
  }
  if (wanted("min_recommended_partitions")) {
    settings.min_partitions = static_cast<int>(values.integer("min_recommended_partitions"));
  }
  if (wanted("consumers")) settings.consumers = static_cast<int>(values.integer("consumers"));
  return settings;
}

}  // namespace

sizing::SizingSettings sizing_settings(const config::OptionValues& values) {
  return filled({}, values, [&](std::string_view name) { return values.has(name); });
}

sizing::SizingSettings sizing_settings(const config::OptionValues& values,
                                       sizing::SizingSettings otherwise) {
  return filled(otherwise, values, [&](std::string_view name) { return values.given(name); });
}

}  // namespace partwise::app
