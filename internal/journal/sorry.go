package journal

import (
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// sorryUp reports whether people are shown the sorry page of a service.
func sorryUp(tx storage.Tx, id desk.ServiceID) (bool, error) {
	all, err := getGates(tx)
	return all[id].Closed, err
}
