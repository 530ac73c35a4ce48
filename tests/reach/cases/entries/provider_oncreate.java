// shows: a provider is created before Application.onCreate; its query waits for another app
// manifest: {launcher: Main, providers: [{name: Files, authorities: cn.example.files, exported: true}]}
// hit: [serial before_consent = provider Files.onCreate]
// miss: [serial reachable = provider Files.query]

import android.database.Cursor; import android.net.Uri;
class Main extends Activity { }
class Files extends ContentProvider {
  public boolean onCreate() {
    String id = SERIAL;                                         // hit
    return true;
  }
  public Cursor query(Uri uri, String[] columns, String where, String[] values, String order) {
    String id = SERIAL;                                         // miss
    return null;
  }
  public String getType(Uri uri) { return null; }
  public Uri insert(Uri uri, ContentValues values) { return null; }
  public int delete(Uri uri, String where, String[] values) { return 0; }
  public int update(Uri uri, ContentValues values, String where, String[] arguments) { return 0; }
}
