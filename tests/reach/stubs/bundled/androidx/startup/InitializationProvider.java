package androidx.startup;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.net.Uri;

/** Reads its own meta-data and makes each initializer that is named there. */
public class InitializationProvider extends ContentProvider {
    public boolean onCreate() {
        new AppInitializer(getContext()).discoverAndInitialize();
        return true;
    }

    public Cursor query(Uri uri, String[] columns, String where, String[] values, String order) { return null; }

    public String getType(Uri uri) { return null; }

    public Uri insert(Uri uri, ContentValues values) { return null; }

    public int delete(Uri uri, String where, String[] values) { return 0; }

    public int update(Uri uri, ContentValues values, String where, String[] arguments) { return 0; }
}
