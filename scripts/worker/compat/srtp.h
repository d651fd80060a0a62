// The worker is written for libsrtp 3; distributions have libsrtp 2. The same
// functions exist there, over a plain policy struct and in-place buffers. C++
// overloads below give version 3's signatures on top of version 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <openssl/crypto.h>

// Version 3's policy is an opaque pointer of the same name as version 2's struct.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

// Two status codes of version 3. Macros, so that a later 2.x which brings
// enumerators of these names does not collide.
#define srtp_err_status_buffer_small static_cast<srtp_err_status_t>(28)
#define srtp_err_status_cryptex_err static_cast<srtp_err_status_t>(29)

struct wenzhen_srtp_policy
{
	srtp2_policy_t v2{};
	// Version 2 wants key and salt in one buffer.
	uint8_t key[SRTP_MAX_KEY_LEN]{};
};
using srtp_policy_t = wenzhen_srtp_policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) wenzhen_srtp_policy;

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy)
	{
		OPENSSL_cleanse(policy->key, sizeof(policy->key));
	}

	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->v2.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const auto err = srtp_crypto_policy_set_from_profile_for_rtp(&policy->v2.rtp, profile);

	return err ? err : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->v2.rtcp, profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t mkiLen)
{
	if (mkiLen != 0 || keyLen + saltLen > sizeof(policy->key))
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key, key, keyLen);
	std::memcpy(policy->key + keyLen, salt, saltLen);
	policy->v2.key = policy->key;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->v2.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t size)
{
	policy->v2.window_size = static_cast<unsigned long>(size);

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return srtp_create(session, static_cast<const srtp2_policy_t*>(&policy->v2));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

// Version 2 works in place and, when protecting, appends up to
// SRTP_MAX_TRAILER_LEN bytes without knowing the buffer's size.
template<typename Function>
inline srtp_err_status_t wenzhen_srtp_in_place(
  Function function, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t trailer)
{
	if (inLen > *outLen || *outLen - inLen < trailer)
	{
		return srtp_err_status_buffer_small;
	}

	if (inLen > static_cast<size_t>(std::numeric_limits<int>::max()))
	{
		return srtp_err_status_bad_param;
	}

	if (in != out)
	{
		std::memmove(out, in, inLen);
	}

	int len        = static_cast<int>(inLen);
	const auto err = function(out, &len);

	if (!err)
	{
		*outLen = static_cast<size_t>(len);
	}

	return err;
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	return wenzhen_srtp_in_place(
	  [session](void* data, int* len) { return srtp_protect(session, data, len); },
	  in, inLen, out, outLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	// SRTCP adds its index word to the trailer.
	return wenzhen_srtp_in_place(
	  [session](void* data, int* len) { return srtp_protect_rtcp(session, data, len); },
	  in, inLen, out, outLen, SRTP_MAX_TRAILER_LEN + sizeof(uint32_t));
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	return wenzhen_srtp_in_place(
	  [session](void* data, int* len) { return srtp_unprotect(session, data, len); },
	  in, inLen, out, outLen, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	return wenzhen_srtp_in_place(
	  [session](void* data, int* len) { return srtp_unprotect_rtcp(session, data, len); },
	  in, inLen, out, outLen, 0);
}
