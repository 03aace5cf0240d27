package teams

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	// keysKept is how long the issuer's keys count before they are asked for again.
	keysKept = 24 * time.Hour
	// keysPace is how often at most they are asked for: whoever sends tokens with made-up
	// key ids has us ask no more.
	keysPace = 5 * time.Minute
	// keysSoon is that while there are none.
	keysSoon = 5 * time.Second
	// keysPatience is how long a request waits for them.
	keysPatience = 3 * time.Second
)

// jwk is a key as the issuer writes it (RFC 7517). Endorsements name the channels whose
// activities it may sign.
type jwk struct {
	Type         string   `json:"kty"`
	ID           string   `json:"kid"`
	N            string   `json:"n"`
	E            string   `json:"e"`
	Endorsements []string `json:"endorsements,omitempty"`
}

// keyset is what the issuer told.
type keyset struct {
	Keys []jwk
	At   time.Time

	ready map[string]signer // by key id
}

// signer is one key, ready to check with.
type signer struct {
	key          *rsa.PublicKey
	endorsements []string
}

// endorses reports whether the key may sign for a channel of the Bot Framework. One
// without endorsements signs for all.
func (s signer) endorses(channel string) bool {
	return len(s.endorsements) == 0 || slices.Contains(s.endorsements, channel)
}

// keyring holds the issuer's keys.
type keyring struct {
	*Connection
	turn chan struct{} // who has it may ask for keys; with it asked and wrong
	now  *records[keyset]

	asked time.Time
	wrong error // of the last asking; nil: it went well
}

func newKeyring(c *Connection) keyring {
	return keyring{Connection: c, turn: make(chan struct{}, 1), now: &records[keyset]{}}
}

// errNoKeys: nothing can be believed yet.
var errNoKeys = errors.New("the keys that Teams signs with could not be fetched")

// find returns the key of an id, asking the issuer if it is not known and was not asked
// just now.
func (k *keyring) find(ctx context.Context, id string) (signer, error) {
	set := k.now.get("")
	if s, ok := set.ready[id]; ok {
		return s, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysPatience) // who hangs up spoils it for nobody
	defer cancel()
	err := k.renew(ctx, set.At)
	set = k.now.get("")
	if s, ok := set.ready[id]; ok {
		return s, nil
	}
	if set.At.IsZero() {
		return signer{}, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	return signer{}, errors.New("no key has the token's key id")
}

// renew asks for the keys, one at a time and not more often than keysPace, unless they are
// newer than those of a time already.
func (k *keyring) renew(ctx context.Context, than time.Time) error {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if k.now.get("").At.After(than) {
		return nil
	}
	if since := k.opt.Now().Sub(k.asked); !k.asked.IsZero() && since < k.pause() {
		return k.wrong
	}
	k.asked = k.opt.Now()
	var set keyset
	if set, k.wrong = k.fetch(ctx); k.wrong != nil {
		k.opt.Log.Warn("cannot fetch the keys that Teams signs with", "connection", k.name, "error", k.wrong)
		return k.wrong
	}
	set.At = k.opt.Now().UTC()
	k.now.put("", set.prepared())
	k.keep(ctx, keyTable, "", set)
	return nil
}

// pause is how long to wait after an asking: less where there are no keys at all, as then
// everything is refused.
func (k *keyring) pause() time.Duration {
	if k.now.get("").At.IsZero() {
		return keysSoon
	}
	return keysPace
}

// fetch reads the issuer's description and its keys.
func (k *keyring) fetch(ctx context.Context) (keyset, error) {
	var about struct {
		Keys string `json:"jwks_uri"`
	}
	if err := k.read(ctx, k.conf.OpenIDURL, &about); err != nil {
		return keyset{}, fmt.Errorf("openid_url: %w", err)
	}
	u, err := url.Parse(about.Keys)
	if err != nil || u.Host == "" {
		return keyset{}, errors.New("openid_url names no jwks_uri")
	}
	var set keyset
	if err := k.read(ctx, about.Keys, &set); err != nil {
		return keyset{}, fmt.Errorf("jwks_uri: %w", err)
	}
	set.Keys = slices.DeleteFunc(set.Keys, func(j jwk) bool { _, err := j.public(); return err != nil })
	if len(set.Keys) == 0 {
		return keyset{}, errors.New("jwks_uri has no RSA key")
	}
	return set, nil
}

// maxPublic bounds what is read of the issuer's documents; the real ones have 40 kB.
const maxPublic = 1 << 20

// read gets a public document.
func (c *Connection) read(ctx context.Context, address string, into any) error {
	res, body, err := c.exchange(ctx, call{method: http.MethodGet, url: address, limit: maxPublic})
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return chat.OfStatus(res)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return errors.New("the answer is no JSON")
	}
	return nil
}

// prepared is a set whose keys can be checked with.
func (s keyset) prepared() keyset {
	s.ready = map[string]signer{}
	for _, j := range s.Keys {
		if key, err := j.public(); err == nil && j.ID != "" {
			s.ready[j.ID] = signer{key, j.Endorsements}
		}
	}
	return s
}

// public is the RSA key; other kinds do not sign for us.
func (j jwk) public() (*rsa.PublicKey, error) {
	n, err1 := base64.RawURLEncoding.DecodeString(j.N)
	e, err2 := base64.RawURLEncoding.DecodeString(j.E)
	if j.Type != "RSA" || err1 != nil || err2 != nil || len(n) < 256 || len(e) == 0 || len(e) > 4 {
		return nil, errors.New("it is no RSA key of at least 2048 bits")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}

// keepKeys asks for the keys at the start and every day, and soon after a failure.
func (c *Connection) keepKeys(ctx context.Context) {
	for ctx.Err() == nil {
		set := c.keys.now.get("")
		age := c.opt.Now().Sub(set.At)
		if !set.At.IsZero() && age < keysKept {
			wait(ctx, nil, keysKept-age)
			continue
		}
		if c.keys.renew(ctx, set.At) != nil {
			wait(ctx, nil, c.keys.pause())
		}
	}
}
