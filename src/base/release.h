// The deleter of handles that a C library gives: std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>.
#pragma once

namespace partwise {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};

}  // namespace partwise
