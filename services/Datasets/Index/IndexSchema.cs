namespace MultiModalMesh.Datasets.Index;

internal static class IndexSchema
{
    /// <summary>Goes up with every change of the tables or of what a format writes into them: an index of another version is made anew.</summary>
    public const int Version = 1;

    public const string Tables = """
        CREATE TABLE files(id INTEGER PRIMARY KEY, path TEXT NOT NULL);
        CREATE TABLE found(key TEXT NOT NULL UNIQUE, split INTEGER, file INTEGER NOT NULL, record INTEGER NOT NULL, offset INTEGER NOT NULL,
          picture TEXT, picture_offset INTEGER NOT NULL, picture_length INTEGER, label TEXT);
        CREATE TABLE parts(key TEXT NOT NULL, kind INTEGER NOT NULL, file INTEGER NOT NULL, record INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL);
        CREATE TABLE ids(kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
        CREATE TABLE names(kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
        CREATE TABLE problems(file TEXT NOT NULL, record INTEGER NOT NULL, offset INTEGER NOT NULL, message TEXT NOT NULL);
        """;

    /// <summary>In the order of the files, which is how they lie on the disk; readers shuffle by number.</summary>
    public const string Numbering = """
        CREATE TABLE examples(split INTEGER NOT NULL, ordinal INTEGER NOT NULL, found INTEGER NOT NULL, PRIMARY KEY (split, ordinal)) WITHOUT ROWID;
        INSERT INTO examples SELECT split, ROW_NUMBER() OVER (PARTITION BY split ORDER BY rowid) - 1, rowid FROM found;
        """;
}
