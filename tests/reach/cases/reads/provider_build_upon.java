// shows: an address with a query part
// manifest: {launcher: Main}
// hit: [calendar@content://com.android.calendar/events before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri base = CalendarContract.Events.CONTENT_URI;             // hit
    Uri base = Uri.parse("content://cn.example.notes");         // miss
    Uri address = base.buildUpon().appendQueryParameter("limit", "1").build();
    getContentResolver().query(address, null, null, null, null);
  }
}
