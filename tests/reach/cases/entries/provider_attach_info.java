// shows: attachInfo of a provider of the manifest runs at the start; of one that is only in the code, never
// manifest: {launcher: Main, hit: {providers: [{name: Files, authorities: cn.example.files}]}}
// hit: [serial before_consent = provider Files.attachInfo]
// miss: [serial present = Files.attachInfo]

import android.database.Cursor; import android.net.Uri;
class Main extends Activity { }
class Files extends ContentProvider {
  public void attachInfo(Context context, ProviderInfo info) { String id = SERIAL; }
  public boolean onCreate() { return true; }
  public Cursor query(Uri uri, String[] columns, String where, String[] values, String order) { return null; }
  public String getType(Uri uri) { return null; }
  public Uri insert(Uri uri, ContentValues values) { return null; }
  public int delete(Uri uri, String where, String[] values) { return 0; }
  public int update(Uri uri, ContentValues values, String where, String[] arguments) { return 0; }
}
