package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/umassonline/belltower/internal/desk"
)

// maxText is how long a text may be in characters where no limit is named.
const maxText = 4000

// parser is a type that reads itself from a text.
type parser interface{ parse(text string) *problem }

// set parses a text that is not empty into a field by the rules of its tag.
// Words are set even when they are wrong: others may refer to them and are not to blame.
func set(v reflect.Value, text string, tag reflect.StructTag) *problem {
	if v.Kind() == reflect.String {
		v.SetString(text)
	}
	if p := obeys(text, tag); p != nil {
		return p
	}
	switch p := v.Addr().Interface().(type) {
	case *Secret:
		if strings.TrimSpace(text) != text {
			return &problem{"has spaces or line breaks around it", "remove them"}
		}
		*p = NewSecret(text)
	case *slog.Level:
		_ = p.UnmarshalText([]byte(text)) // oneof lets only slog's own words through
	case *desk.Channel:
		return setChannel(p, text)
	case *desk.Person:
		return setPrincipal(p, text)
	case *time.Duration:
		return setDuration(p, text, tag.Get("limits"))
	case **time.Location:
		return setZone(p, text)
	case *netip.Prefix:
		return setNetwork(p, text)
	case *int:
		return setNumber(p, text, tag.Get("limits"))
	case *bool:
		*p = text == "true"
	case parser:
		return p.parse(text)
	default:
		return shortEnough(text, tag.Get("limits"))
	}
	return nil
}

// setDefault sets a field, or a list from comma separated texts, from the
// default of its tag. That none is refused is tested by the example.
func setDefault(v reflect.Value, text string, tag reflect.StructTag) {
	texts := []string{text}
	target := func(int) reflect.Value { return v }
	if v.Kind() == reflect.Slice {
		texts = strings.Split(text, ",")
		v.Set(reflect.MakeSlice(v.Type(), len(texts), len(texts)))
		target = v.Index
	}
	for i, one := range texts {
		_ = set(target(i), one, tag)
	}
}

// obeys checks a text against the form and the words that a tag names.
func obeys(text string, tag reflect.StructTag) *problem {
	if p := printable(text); p != nil {
		return p
	}
	if name := tag.Get("form"); name != "" {
		if p := forms()[name](text); p != nil {
			return p
		}
	}
	words := strings.Fields(tag.Get("oneof"))
	if len(words) > 0 && !slices.Contains(words, text) {
		return &problem{"is not known", nearest(text, words)}
	}
	return nil
}

func shortEnough(text, limits string) *problem {
	most := maxText
	if _, after, found := strings.Cut(limits, ".."); found {
		most, _ = strconv.Atoi(after)
	}
	if utf8.RuneCountInString(text) > most {
		return &problem{"is too long", fmt.Sprintf("at most %d characters", most)}
	}
	return nil
}

func setDuration(p *time.Duration, text, limits string) *problem {
	d, wrong := parseDuration(text)
	if wrong != nil {
		return wrong
	}
	from, to, _ := strings.Cut(limits, "..")
	least, _ := parseDuration(from)
	most, _ := parseDuration(to)
	switch {
	case d < least:
		return &problem{"is too short", "from " + from + " to " + to}
	case d > most:
		return &problem{"is too long", "from " + from + " to " + to}
	}
	*p = d
	return nil
}

func setNumber(p *int, text, limits string) *problem {
	n, err := strconv.ParseInt(text, 0, 64)
	from, to, _ := strings.Cut(limits, "..")
	least, _ := strconv.ParseInt(from, 10, 64)
	most, _ := strconv.ParseInt(to, 10, 64)
	if err != nil || n < least || n > most {
		return &problem{"is out of range", "from " + from + " to " + to}
	}
	*p = int(n)
	return nil
}

func setZone(p **time.Location, text string) *problem {
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" {
		return &problem{"is no time zone", "write its IANA name, as in America/New_York"}
	}
	// Zones that people write for a region with summer time, but that have none
	// (https://data.iana.org/time-zones/tzdb/backward), and a place where that is so.
	if place, found := map[string]string{"EST": "America/Panama", "MST": "America/Phoenix"}[text]; found {
		return &problem{"has no summer time, so that times would be an hour off in summer", "write a place, as in America/New_York; " + place + " is one without"}
	}
	*p = zone
	return nil
}

func setNetwork(p *netip.Prefix, text string) *problem {
	if one, err := netip.ParseAddr(text); err == nil && one.Zone() == "" {
		*p = netip.PrefixFrom(one, one.BitLen())
		return nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return &problem{"is no network", "write it as in 192.0.2.0/24, 2001:db8::/32 or 192.0.2.7"}
	}
	if network != network.Masked() {
		return &problem{"is an address inside a network", "did you mean " + network.Masked().String() + "?"}
	}
	*p = network
	return nil
}

// wanted says what a field wants to be given as, and how to write it, when the
// kind given does not fit; "" when it does.
func wanted(v reflect.Value, kind unstable.Kind) (want, hint string) {
	switch v.Addr().Interface().(type) {
	case *bool:
		if kind != unstable.Bool {
			return "true or false", "without quotes"
		}
	case *int:
		if kind != unstable.Integer {
			return "a whole number", "without quotes"
		}
	case *time.Duration:
		if kind != unstable.String {
			return "a duration in quotes", `as in "40s", "90m", "4h" or "2d"`
		}
	case *Date:
		if kind != unstable.String && kind != unstable.LocalDate {
			return "a date", `as in "2026-12-10"`
		}
	default:
		if kind != unstable.String {
			return "a text", "put it into quotes"
		}
	}
	return "", ""
}

// kindWords says what was given.
func kindWords(kind unstable.Kind) string {
	switch kind {
	case unstable.String:
		return "a text"
	case unstable.Bool:
		return "true or false"
	case unstable.Integer:
		return "a whole number"
	case unstable.Float:
		return "a number with a point"
	case unstable.Array:
		return "a list"
	case unstable.Table, unstable.ArrayTable:
		return "a table"
	}
	return "a date or time"
}

// visible makes what cannot be printed a question mark.
func visible(c rune) rune {
	if !unicode.IsPrint(c) {
		return '?'
	}
	return c
}
