// Stand-in for ankerl::unordered_dense, which distributions do not package: the
// same names over the standard containers. The worker uses only the interface
// that both share.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	// The worker combines these hashes with a weak boost-style mixer into the hash
	// of a transport tuple, so integers must be well mixed here already:
	// std::hash is the identity for them (splitmix64's finalizer instead).
	inline uint64_t mix(uint64_t x) noexcept
	{
		x ^= x >> 30;
		x *= 0xbf58476d1ce4e5b9ull;
		x ^= x >> 27;
		x *= 0x94d049bb133111ebull;
		x ^= x >> 31;

		return x;
	}

	template<typename T, typename = void>
	struct hash
	{
		uint64_t operator()(const T& value) const noexcept(noexcept(std::hash<T>{}(value)))
		{
			return std::hash<T>{}(value);
		}
	};

	template<typename T>
	struct hash<T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>>>
	{
		uint64_t operator()(T value) const noexcept
		{
			return mix(static_cast<uint64_t>(value));
		}
	};

	template<typename T>
	struct hash<T*, void>
	{
		uint64_t operator()(T* value) const noexcept
		{
			return mix(reinterpret_cast<uintptr_t>(value));
		}
	};

	template<typename Key, typename Value, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using map = std::unordered_map<Key, Value, Hash, Equal>;

	template<typename Key, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using set = std::unordered_set<Key, Hash, Equal>;
} // namespace ankerl::unordered_dense
