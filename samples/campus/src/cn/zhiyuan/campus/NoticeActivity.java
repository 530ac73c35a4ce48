package cn.zhiyuan.campus;

import android.app.Activity;
import android.os.Bundle;
import android.webkit.JavascriptInterface;
import android.webkit.WebView;

/** School notices in a page with the settings that the security notices warn of. */
public final class NoticeActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        WebView page = new WebView(this);
        page.getSettings().setJavaScriptEnabled(true);
        page.getSettings().setSavePassword(true);
        page.getSettings().setAllowFileAccessFromFileURLs(true);
        page.addJavascriptInterface(new Bridge(), "campus");
        page.loadUrl("https://www.zhiyuan-campus.example/notices.html");
        setContentView(page);
    }

    /** What a page may call. */
    static final class Bridge {
        @JavascriptInterface
        public String version() {
            return "1.12";
        }
    }
}
