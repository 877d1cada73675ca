/**
 * The names of Transmission's RPC. Since 4.1 all are in small letters with underscores; before they were spelt in two other
 * ways, and these are the ones that were: what is not in this table is spelt alike in both. Copied from the protocol, for
 * no rule gives the older ones from the newer.
 */
const olderNames = `
	activeTorrentCount activityDate addedDate announceState bandwidthPriority bytesCompleted clientIsChoked
	clientIsInterested clientName corruptEver dateCreated desiredAvailable doneDate downloadCount downloadLimit
	downloadLimited downloadSpeed downloadedBytes downloadedEver editDate errorString etaIdle fileStats filesAdded flagStr
	fromCache fromDht fromIncoming fromLpd fromLtep fromPex fromTracker hasAnnounced hasScraped hashString haveUnchecked
	haveValid honorsSessionLimits isBackup isDownloadingFrom isEncrypted isFinished isIncoming isPrivate isStalled
	isUploadingTo isUTP lastAnnouncePeerCount lastAnnounceResult lastAnnounceStartTime lastAnnounceSucceeded
	lastAnnounceTime lastAnnounceTimedOut lastScrapeResult lastScrapeStartTime lastScrapeSucceeded lastScrapeTime
	lastScrapeTimedOut leecherCount leftUntilDone magnetLink manualAnnounceTime maxConnectedPeers metadataPercentComplete
	nextAnnounceTime nextScrapeTime pausedTorrentCount peerIsChoked peerIsInterested peersConnected peersFrom
	peersGettingFromUs peersSendingToUs percentComplete percentDone pieceCount pieceSize queuePosition rateDownload
	rateToClient rateToPeer rateUpload recheckProgress scrapeState secondsActive secondsDownloading secondsSeeding
	seedIdleLimit seedIdleMode seedRatioLimit seedRatioLimited seedRatioMode seederCount sessionCount sizeWhenDone
	startDate torrentCount torrentFile totalSize trackerAdd trackerList trackerRemove trackerReplace trackerStats
	uploadLimit uploadLimited uploadRatio uploadSpeed uploadedBytes uploadedEver webseedsSendingToUs

	alt-speed-down alt-speed-enabled alt-speed-time-begin alt-speed-time-day alt-speed-time-enabled alt-speed-time-end
	alt-speed-up anti-brute-force-enabled anti-brute-force-threshold blocklist-enabled blocklist-size blocklist-url
	cache-size-mb config-dir cumulative-stats current-stats default-trackers delete-local-data dht-enabled download-dir
	download-dir-free-space download-queue-enabled download-queue-size file-count files-unwanted files-wanted
	idle-seeding-limit idle-seeding-limit-enabled incomplete-dir incomplete-dir-enabled lpd-enabled memory-bytes
	memory-units peer-limit peer-limit-global peer-limit-per-torrent peer-port peer-port-random-on-start pex-enabled
	port-forwarding-enabled port-is-open primary-mime-type priority-high priority-low priority-normal
	queue-stalled-enabled queue-stalled-minutes recently-active rename-partial-files rpc-version rpc-version-minimum
	rpc-version-semver script-torrent-added-enabled script-torrent-added-filename script-torrent-done-enabled
	script-torrent-done-filename script-torrent-done-seeding-enabled script-torrent-done-seeding-filename
	seed-queue-enabled seed-queue-size session-id size-bytes size-units speed-bytes speed-limit-down
	speed-limit-down-enabled speed-limit-up speed-limit-up-enabled speed-units start-added-torrents tcp-enabled
	torrent-added torrent-duplicate trash-original-torrent-files utp-enabled
`
	.trim()
	.split(/\s+/);

/** Those that a rule would not give. */
const odd: ReadonlyMap<string, string> = new Map([
	['isUTP', 'is_utp'],
	['cache-size-mb', 'cache_size_mib'],
	['cache_size_mb', 'cache_size_mib'],
]);

/** What a name is called today, however it is spelt: `seedRatioLimit` and `seed-ratio-limit` are `seed_ratio_limit`. */
export function todaysName(name: string): string {
	return (
		odd.get(name) ??
		name
			.replace(/([a-z\d])([A-Z])/g, '$1_$2')
			.replaceAll('-', '_')
			.toLowerCase()
	);
}

const older: ReadonlyMap<string, string> = new Map(olderNames.map(name => [todaysName(name), name]));

/** How a name was spelt before 4.1. */
export function olderName(name: string): string {
	return older.get(name) ?? name;
}

/** The same of a torrent's field, of which one is spelt in another way than everywhere else. */
export function olderFieldName(name: string): string {
	return name === 'download_dir' ? 'downloadDir' : olderName(name);
}

/** An answer with the names it had before 4.1, however deep they are. */
export function withOlderNames(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withOlderNames);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [olderName(name), withOlderNames(inner)]),
	);
}
