package native

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// Differing names the commands in which what Discord knows (GET /applications/
// {application.id}/commands) is not what it is to know: those that differ, lack, or are
// too many. Discord adds keys of its own and keeps no order of commands.
func Differing(known []byte) (names []string, err error) {
	var has []Command
	if err := json.Unmarshal(known, &has); err != nil {
		return nil, fmt.Errorf("the list of commands cannot be read: %w", err)
	}
	for _, want := range Commands() {
		k := slices.IndexFunc(has, func(c Command) bool { return c.Name == want.Name })
		if k < 0 || !reflect.DeepEqual(has[k], want) {
			names = append(names, want.Name)
		}
		if k >= 0 {
			has = slices.Delete(has, k, k+1)
		}
	}
	for _, c := range has {
		names = append(names, c.Name)
	}
	return names, nil
}
