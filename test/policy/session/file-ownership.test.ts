import assert from 'node:assert/strict';
import test from 'node:test';
import {
	asFileOwner,
	decideOwner,
	fileOwner,
	isOurs,
	type OwnershipFacts,
} from '../../../source/policy/session/file-ownership.ts';

const stamp = {size: 1000, mtime: 5};
const facts: OwnershipFacts = {
	length: 1000,
	now: stamp,
	before: undefined,
	ownerBefore: undefined,
	isRight: false,
	isProvable: true,
	isNoted: false,
	overwrite: false,
};

const name = (change: Partial<OwnershipFacts>): string => {
	const owner = decideOwner({...facts, ...change});
	return Object.keys(fileOwner).find(key => fileOwner[key as keyof typeof fileOwner] === owner)!;
};

test('what is not there may be made', () => {
	assert.equal(name({now: undefined}), 'absent');
	assert.equal(name({now: undefined, before: stamp, ownerBefore: fileOwner.made}), 'absent');
	assert.equal(name({now: undefined, overwrite: true}), 'absent');
});

test('a file nobody knows and of which nothing fits is somebody else’s, whatever it is called and however long it is', () => {
	assert.equal(name({}), 'foreign');
	assert.equal(name({now: {size: 1, mtime: 5}}), 'foreign');
	assert.equal(name({now: {size: 2000, mtime: 5}}), 'foreign');
});

test('a piece that fits makes it the torrent’s, to be completed', () => {
	assert.equal(name({isRight: true}), 'found');
});

test('the very file that we made is ours, also when nothing in it fits yet; one in its place is not', () => {
	assert.equal(name({isNoted: true}), 'made');
	assert.equal(name({before: stamp, ownerBefore: fileOwner.made}), 'made');
	assert.equal(name({before: {size: 999, mtime: 5}, ownerBefore: fileOwner.made}), 'foreign');
	assert.equal(name({before: {size: 1000, mtime: 50}, ownerBefore: fileOwner.made}), 'foreign');
});

test('a file of ours that has grown beyond the torrent was written to by somebody else', () => {
	assert.equal(name({isNoted: true, now: {size: 1001, mtime: 5}}), 'foreign');
});

test('what an earlier version left untouched is taken for ours: it kept no note of it', () => {
	assert.equal(name({before: stamp}), 'made');
	assert.equal(name({before: {size: 1000, mtime: 50}}), 'foreign');
});

test('what was somebody else’s stays so, untouched or not, until something in it fits', () => {
	assert.equal(name({before: stamp, ownerBefore: fileOwner.foreign}), 'foreign');
	assert.equal(name({before: stamp, ownerBefore: fileOwner.foreign, isRight: true}), 'found');
	assert.equal(name({before: stamp, ownerBefore: fileOwner.absent}), 'foreign');
});

test('an empty file has nothing to be lost', () => {
	assert.equal(name({now: {size: 0, mtime: 5}}), 'found');
	assert.equal(name({now: {size: 0, mtime: 5}, length: 0}), 'found');
	assert.equal(name({now: {size: 4, mtime: 5}, length: 0}), 'foreign');
});

test('a file whose pieces all lie in others as well is compared before anything is written, if it has the right length', () => {
	assert.equal(name({isProvable: false}), 'unproven');
	assert.equal(name({isProvable: false, now: {size: 999, mtime: 5}}), 'foreign');
});

test('a person may say that what is in the way goes; what fits is kept all the same', () => {
	assert.equal(name({overwrite: true}), 'replaceable');
	assert.equal(name({overwrite: true, isRight: true}), 'found');
	assert.equal(name({before: stamp, ownerBefore: fileOwner.replaceable}), 'replaceable');
	assert.equal(name({before: {size: 7, mtime: 5}, ownerBefore: fileOwner.replaceable}), 'foreign');
});

test('only what is the torrent’s is moved and deleted, and an unknown byte of resume data means nothing', () => {
	const ours = Object.entries(fileOwner).filter(([, owner]) => isOurs(owner));
	assert.deepEqual(ours.map(([owner]) => owner).sort(), ['found', 'made', 'shared', 'unproven']);
	assert.equal(isOurs(undefined), false);
	assert.equal(asFileOwner(7), undefined);
	assert.equal(asFileOwner(fileOwner.unproven), fileOwner.unproven);
});

test('a file whose pieces cannot be verified yet is nobody’s: it is neither written over nor in the way', () => {
	assert.equal(name({isAwaited: true}), 'unproven');
	assert.equal(name({isAwaited: true, now: {size: 1, mtime: 5}}), 'unproven');
	assert.equal(name({isAwaited: true, now: {size: 1001, mtime: 5}}), 'foreign');
	assert.equal(name({isAwaited: true, isRight: true}), 'found');
	assert.equal(name({isAwaited: true, overwrite: true}), 'replaceable');
});
