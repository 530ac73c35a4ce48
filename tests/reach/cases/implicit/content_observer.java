// shows: an observer is called when the content changes, an event outside of start-up
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > callback Watch.onChange]
// miss: [serial present = Watch.onChange]

import android.database.ContentObserver;
import android.net.Uri;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    ContentObserver watch = new Watch();
    getContentResolver().registerContentObserver(Uri.parse("content://cn.example.notes/all"), true, watch); // hit
    getContentResolver().unregisterContentObserver(watch);                // miss
  }
}
class Watch extends ContentObserver {
  Watch() { super(null); }
  public void onChange(boolean self) { String id = SERIAL; }
}
