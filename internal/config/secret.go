package config

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// redacted is all that a Secret ever prints.
const redacted = "[secret]"

// Secret is a text that no print, log or encoding shows. The zero Secret is not
// set and equals nothing. Compare with Equal: == compares identities.
//
// The text is behind a pointer because fmt prints the fields of a struct's
// unexported fields without asking their methods, but does not follow pointers there.
type Secret struct{ value *string }

// NewSecret makes a secret of a text.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal is the text itself, for the one place that sends or signs with it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsSet reports whether there is a text at all.
func (s Secret) IsSet() bool { return s.Reveal() != "" }

// Equal compares with a text that came from outside, in a time that tells
// neither where they differ nor how long the secret is. A secret that is not
// set equals nothing, not even "".
func (s Secret) Equal(candidate string) bool {
	want, got := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(candidate))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && s.IsSet()
}

// Format writes "[secret]", whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText returns "[secret]"; encoders of JSON and log/slog use it.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// present keeps the secrets that are set, in order.
func present(all ...Secret) []Secret {
	var set []Secret
	for _, s := range all {
		if s.IsSet() {
			set = append(set, s)
		}
	}
	return set
}
