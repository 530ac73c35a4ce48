// shows: AsyncTask.execute runs doInBackground
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.doInBackground]
// miss: [serial present = Work.doInBackground]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Work work = new Work();
    work.execute();                                             // hit
    work.cancel(true);                                          // miss
  }
}
class Work extends AsyncTask<Object, Object, Object> {
  protected Object doInBackground(Object... none) { return SERIAL; }
}
