package boltdb

import (
	"errors"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
)

// The file holds two bbolt buckets: ours, about the file, and the records.
var (
	aboutBucket   = []byte("belltower")
	recordsBucket = []byte("records")

	schemaKey    = []byte("schema")    // the version, decimal
	migratingKey = []byte("migrating") // there while the steps run: the backup's name
	towardsKey   = []byte("towards")   // beside it: the schema that they lead to, decimal
	positionKey  = []byte("log")       // a position
)

// Migration brings what is stored to the next schema, in as many transactions as
// it takes. It runs again from its beginning if it was interrupted, so it must
// stand finding some or all of its work done.
type Migration = func(storage.DB) error

// known makes a new file a store, and returns the schema of an older one, unless it is
// newer than this version knows. It says in which life the logs are to go on.
func (db *DB) known(newest int) (schema int, err error) {
	if schema, err = db.schema(); err != nil {
		return 0, err
	}
	if schema == 0 {
		return newest, db.create(newest)
	}
	if schema > newest {
		return 0, fmt.Errorf("storage: %s has schema %d and this version knows %d: "+
			"run the newer version that wrote it, or restore the backup made before", db.path, schema, newest)
	}
	_, at, err := db.handle.Load().newest()
	if err == nil && at.life == 0 { // an older version wrote it
		at.life = newLife()
		err = db.about(&at, func(*bolt.Bucket) error { return nil })
	}
	db.life, db.seq = at.life, at.seq
	return schema, err
}

// adopt migrates an older store.
func (db *DB) adopt(schema int, opts Options) error {
	if err := db.isWhole(opts.Schema); err != nil {
		return err
	}
	if schema < opts.Schema {
		return db.migrate(schema, opts)
	}
	return db.endMigration()
}

// isWhole refuses what a newer version began to migrate: a part of it lies where this one
// does not look.
func (db *DB) isWhole(known int) error {
	backup, err := db.migrating()
	if err != nil || backup == "" {
		return err
	}
	var towards string
	err = db.handle.Load().bolt.View(func(btx *bolt.Tx) error {
		towards = string(btx.Bucket(aboutBucket).Get(towardsKey))
		return nil
	})
	if to, bad := strconv.Atoi(towards); err == nil && bad == nil && to > known {
		return fmt.Errorf("storage: a newer version was broken off while it brought %s to schema %d, and this version knows %d: "+
			"run the newer version again, or put the copy from before, %s, in its place", db.path, to, known, backup)
	}
	return err
}

// schema reads the version of the file, 0 of an empty one.
func (db *DB) schema() (schema int, err error) {
	err = db.handle.Load().bolt.View(func(btx *bolt.Tx) error {
		about := btx.Bucket(aboutBucket)
		if about == nil {
			if name, _ := btx.Cursor().First(); name != nil {
				return fmt.Errorf("storage: %s belongs to another program (it holds %q): use another file", db.path, name)
			}
			return nil
		}
		if schema, err = strconv.Atoi(string(about.Get(schemaKey))); err != nil || schema < 1 {
			return damaged(db.path, "its schema is not a number")
		}
		return nil
	})
	return schema, err
}

// create writes the buckets, and syncs the folder, which names the new file.
func (db *DB) create(schema int) error {
	db.life = newLife()
	err := db.about(&position{life: db.life}, func(about *bolt.Bucket) error {
		if _, err := about.Tx().CreateBucketIfNotExists(recordsBucket); err != nil {
			return err
		}
		return about.Put(schemaKey, []byte(strconv.Itoa(schema)))
	})
	if err == nil {
		err = SyncFolder(db.path)
	}
	if err != nil {
		return fmt.Errorf("storage: create %s: %w", db.path, err)
	}
	return nil
}

// about changes what the file says about itself, and where it ends if at is not nil. What
// was committed is in the tree before. It runs in Open only, where nobody else commits.
func (db *DB) about(at *position, fn func(*bolt.Bucket) error) error {
	if err := db.moveAll(); err != nil {
		return err
	}
	db.moving.Lock()
	defer db.moving.Unlock()
	return db.plant(at, func(btx *bolt.Tx) error {
		about, err := btx.CreateBucketIfNotExists(aboutBucket)
		if err != nil {
			return err
		}
		return fn(about)
	})
}

func (db *DB) migrate(schema int, opts Options) error {
	backup, err := db.backupBefore(schema, opts.Schema)
	if err != nil {
		return fmt.Errorf("storage: back up %s before its migration: %w", db.path, err)
	}
	db.log.Info("migrating the store", "path", db.path, "schema", schema, "to", opts.Schema, "backup", backup)
	for ; schema < opts.Schema; schema++ {
		err := opts.Migrations[schema-1](db)
		if err == nil {
			err = db.about(nil, func(about *bolt.Bucket) error {
				return about.Put(schemaKey, []byte(strconv.Itoa(schema+1)))
			})
		}
		if err != nil {
			return fmt.Errorf("storage: migrate %s from schema %d to %d (a copy from before is %s): %w", db.path, schema, schema+1, backup, err)
		}
	}
	return db.endMigration()
}

// endMigration forgets the copy from before, also where an interrupted migration
// stopped at what turns out to be the end.
func (db *DB) endMigration() error {
	backup, err := db.migrating()
	if err != nil || backup == "" {
		return err
	}
	return db.about(nil, func(about *bolt.Bucket) error {
		return errors.Join(about.Delete(migratingKey), about.Delete(towardsKey))
	})
}

// migrating returns the copy from before the migration that is not finished.
func (db *DB) migrating() (backup string, err error) {
	err = db.handle.Load().bolt.View(func(btx *bolt.Tx) error {
		backup = string(btx.Bucket(aboutBucket).Get(migratingKey))
		return nil
	})
	return backup, err
}

// backupBefore copies the store beside itself, unless a migration that was
// interrupted has done so: then that copy is the one from before.
func (db *DB) backupBefore(schema, towards int) (backup string, err error) {
	backup, err = db.migrating()
	if err != nil {
		return "", err
	}
	if backup != "" {
		return backup, db.leads(backup, towards)
	}
	backup = fmt.Sprintf("%s.schema-%d", db.path, schema)
	if err := WriteWhole(backup, db.Backup); err != nil {
		return "", err
	}
	// An older version may go on with the copy, and write no log: so ours shall not go on from it.
	if err := db.renew(); err != nil {
		return "", err
	}
	return backup, db.leads(backup, towards)
}

// leads notes what is under way, which a later version may go on with further.
func (db *DB) leads(backup string, towards int) error {
	return db.about(nil, func(about *bolt.Bucket) error {
		return errors.Join(about.Put(migratingKey, []byte(backup)), about.Put(towardsKey, []byte(strconv.Itoa(towards))))
	})
}
