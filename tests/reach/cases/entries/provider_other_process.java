// shows: a provider of another process is created when that process starts, not at the start of the app
// manifest:
//   launcher: Main
//   hit: {providers: [{name: Files, authorities: cn.example.files, exported: true}]}
//   miss: {providers: [{name: Files, authorities: cn.example.files, exported: true, process: ":remote"}]}
// hit: [serial before_consent = provider Files.onCreate]
// miss: [serial reachable = provider Files.onCreate]

import android.database.Cursor; import android.net.Uri;
class Main extends Activity { }
class Files extends ContentProvider {
  public boolean onCreate() { String id = SERIAL; return true; }
  public Cursor query(Uri uri, String[] columns, String where, String[] values, String order) { return null; }
  public String getType(Uri uri) { return null; }
  public Uri insert(Uri uri, ContentValues values) { return null; }
  public int delete(Uri uri, String where, String[] values) { return 0; }
  public int update(Uri uri, ContentValues values, String where, String[] arguments) { return 0; }
}
