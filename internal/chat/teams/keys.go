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
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	// keysKept is how long the issuer's keys count before they are asked for again, and
	// keysEnd how long they do where the issuer does not answer.
	keysKept = 24 * time.Hour
	keysEnd  = 7 * keysKept
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

// keyring holds the issuer's keys. Run alone asks for them: who waits for them has no say
// in how long that takes.
type keyring struct {
	*Connection
	now  *records[keyset]
	wake chan struct{} // of Run

	mu     sync.Mutex
	wanted bool          // somebody waits for keys
	asked  time.Time     // when the issuer was last asked; zero: never
	over   chan struct{} // closed when the asking that is next or under way is over
}

func newKeyring(c *Connection) keyring {
	return keyring{Connection: c, now: &records[keyset]{}, wake: make(chan struct{}, 1), over: make(chan struct{})}
}

// errNoKeys: nothing can be believed yet.
var errNoKeys = errors.New("the keys that Teams signs with could not be fetched")

// find returns the key of an id. If it is not known, and the issuer was not asked just
// now, it waits until that was.
func (k *keyring) find(ctx context.Context, id string) (signer, error) {
	if s, ok := k.present().ready[id]; ok {
		return s, nil
	}
	if over, due := k.want(); due {
		wait(context.WithoutCancel(ctx), over, keysPatience)
	}
	set := k.present()
	if s, ok := set.ready[id]; ok {
		return s, nil
	}
	if set.At.IsZero() {
		return signer{}, errNoKeys
	}
	return signer{}, errors.New("no key has the token's key id")
}

// present are the keys that count.
func (k *keyring) present() keyset {
	set := k.now.get("")
	if k.opt.Now().Sub(set.At) >= keysEnd {
		return keyset{}
	}
	return set
}

// want has Run ask for the keys, unless it did a short time ago. over is closed when that
// is done.
func (k *keyring) want() (over <-chan struct{}, due bool) {
	pause := k.pause()
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.wanted && !k.asked.IsZero() && k.opt.Now().Sub(k.asked) < pause {
		return nil, false
	}
	k.wanted = true
	signal(k.wake)
	return k.over, true
}

// rest is how long until the keys are to be asked for; 0: now.
func (k *keyring) rest() time.Duration {
	pause, set, now := k.pause(), k.present(), k.opt.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.wanted, k.asked.IsZero() && set.At.IsZero():
		return 0
	case !set.At.IsZero() && now.Sub(set.At) < keysKept:
		return keysKept - now.Sub(set.At)
	case k.asked.IsZero():
		return 0
	}
	return pause - now.Sub(k.asked)
}

// renew asks for the keys, and tells who waits that this is over.
func (k *keyring) renew(ctx context.Context) {
	set, err := k.fetch(ctx)
	if err != nil && ctx.Err() == nil {
		k.opt.Log.Warn("cannot fetch the keys that Teams signs with", "connection", k.name, "error", err)
	}
	if err == nil {
		set.At = k.opt.Now().UTC()
		k.now.put("", set.prepared())
		k.keep(ctx, keyTable, "", set)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.wanted, k.asked = false, k.opt.Now()
	close(k.over)
	k.over = make(chan struct{})
}

// pause is how long to wait after an asking: less where there are no keys at all, as then
// everything is refused.
func (k *keyring) pause() time.Duration {
	if k.present().At.IsZero() {
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

// keepKeys asks for the keys at the start and every day, soon after a failure, and when a
// key is not known.
func (c *Connection) keepKeys(ctx context.Context) {
	for ctx.Err() == nil {
		if rest := c.keys.rest(); rest > 0 {
			wait(ctx, c.keys.wake, rest)
			continue
		}
		c.keys.renew(ctx)
	}
}
